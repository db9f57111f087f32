// The list of customers: search, filter, and pages by cursor.

import { get } from "./api.js";
import { element, fill } from "./elements.js";
import { short } from "./values.js";
import { label, say } from "./words.js";

const path = "/v1/customers";
const columns = ["name", "tier", "region", "industry", "phone", "updatedAt"];
const pageSize = 20;

/**
 * @param view the elements: form, table, empty, shown, previous, next
 * @param report is given each problem, or null when there is none any more
 * @param open is given the id of a customer that was chosen
 */
export function customers(view, report, open) {
  let fields = new Map();
  let page = null;
  // The cursor of each page up to this one; the first has none.
  let cursors = [""];
  // What was searched for, which the form need not say any more.
  let asked = { q: "", tier: "" };
  let running = null;

  const search = (event) => {
    event?.preventDefault();
    asked = { q: view.form.elements.q.value.trim(), tier: view.form.elements.tier.value };
    load([""]);
  };
  view.form.addEventListener("submit", search);
  view.form.elements.tier.addEventListener("change", search);
  // The cross in the search box empties it without a submit.
  view.form.elements.q.addEventListener("search", () => view.form.elements.q.value || search());
  view.previous.addEventListener("click", () => load(cursors.slice(0, -1)));
  view.next.addEventListener("click", () => load([...cursors, page.next]));
  // Something else on the page has changed one of them.
  document.addEventListener("koi:customers", () => load(cursors));

  /** Shows the page at the last of these cursors; where that fails, what was shown stays. */
  async function load(wanted) {
    running?.abort();
    running = new AbortController();
    const { signal } = running;
    view.table.ariaBusy = "true";
    try {
      page = await get(path, parameters(wanted.at(-1)), { signal });
      cursors = wanted;
      report(null);
      show();
    } catch (problem) {
      if (signal.aborted) return;
      report(problem);
    }
    view.table.ariaBusy = "false";
  }

  function parameters(cursor) {
    return {
      ...asked,
      // A search has an order of its own.
      sort: asked.q ? "" : "-updatedAt",
      limit: String(pageSize),
      fields: ["id", ...columns].join(","),
      cursor,
    };
  }

  function show() {
    if (!page) return;
    fill(view.head, columns.map((name) => heading(name)));
    fill(view.body, page.items.map((item) => row(item)));
    const isEmpty = page.items.length === 0;
    view.empty.hidden = !isEmpty;
    view.empty.textContent = isEmpty ? say(asked.q || asked.tier ? "notFound" : "none") : "";
    const words = page.partial && !page.next ? "partial" : "shown";
    view.shown.textContent = say(words, { page: cursors.length, count: page.items.length });
    view.previous.disabled = cursors.length === 1;
    view.next.disabled = !page.next;
  }

  function heading(name) {
    const field = fields.get(name);
    return element("th", { scope: "col", "data-column": name }, field ? label(field.label) : name);
  }

  function row(item) {
    return element("tr", {}, columns.map((name) => element("td", { "data-column": name }, cell(name, item))));
  }

  function cell(name, item) {
    const text = short(item[name], fields.get(name));
    if (name === "name") {
      const button = element("button", { type: "button", class: "open" }, text);
      button.addEventListener("click", () => open(item.id));
      return button;
    }
    if (name === "tier" && item.tier) return element("span", { class: "tier", "data-tier": item.tier }, text);
    if (name === "phone" || name === "updatedAt") return element("span", { class: "number" }, text);
    return text;
  }

  function offerTiers() {
    const select = view.form.elements.tier;
    const chosen = select.value;
    const tiers = fields.get("tier")?.choices ?? [];
    fill(select, [
      element("option", { value: "" }, say("all")),
      ...tiers.map((tier) => element("option", { value: tier.code }, label(tier.label))),
    ]);
    select.value = chosen;
  }

  return {
    /** Begins anew with these fields, by name, as /v1/schema has them. */
    start(known) {
      fields = known;
      offerTiers();
      search();
    },
    translate() {
      offerTiers();
      show();
    },
  };
}
