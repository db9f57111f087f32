// A role's rights as a table: a line for each resource and area, a column for each verb.

import { element, fill } from "./elements.js";
import { label, say } from "./words.js";

const verbs = ["read", "create", "change", "remove", "export", "import", "assign"];
const scopes = ["none", "own", "team", "all"];
// Rights beside the records, with the verbs that mean something there.
const areas = {
  events: ["read", "export"],
  jobs: ["read", "change"],
  backups: ["read", "create"],
  settings: ["read", "change"],
  accesses: ["read", "export"],
  privacy: ["change", "export"],
  metrics: ["read"],
  overrides: ["change"],
};
// What leads out of Koi is given by its name alone, too.
const named = ["webhooks"];
const others = "*";

export function rightsMatrix(table, resources) {
  const rows = [others, ...resources.map((resource) => resource.name), ...Object.keys(areas)];
  let shown = {};

  function show(permissions, isFull) {
    shown = permissions;
    fill(table.tHead.rows[0], ["", ...verbs.map((verb) => say(`verb_${verb}`))].map((text) => element("th", { scope: "col" }, text)));
    fill(table.tBodies[0], rows.map((name) => row(name, permissions[name] ?? {}, isFull)));
    fallbacks();
  }

  function row(name, rights, isFull) {
    const known = areas[name] ?? verbs;
    return element("tr", {}, [
      element("th", { scope: "row" }, title(name)),
      ...verbs.map((verb) =>
        element("td", { class: "field" }, known.includes(verb) ? [choice(name, verb, isFull ? "all" : rights[verb])] : []),
      ),
    ]);
  }

  function choice(name, verb, value) {
    const select = element("select", {
      id: `right-${name}-${verb}`,
      name: `permissions.${name}.${verb}`,
      "aria-label": `${title(name)}: ${say(`verb_${verb}`)}`,
    });
    const known = reach(name);
    // What is not said follows the line for all others; beside the records it is nothing.
    const isFree = name !== others && !areas[name] && !named.includes(name);
    fill(select, [
      ...(isFree ? [element("option", { value: "" })] : []),
      ...known.map((scope) => element("option", { value: scope }, say(`scope_${scope}`))),
    ]);
    select.value = value ?? (isFree ? "" : "none");
    if (name === others) select.addEventListener("change", fallbacks);
    return select;
  }

  /** Where there is no owner, there is no own and no team's. */
  function reach(name) {
    if (areas[name]) return name === "jobs" ? scopes : ["none", "all"];
    const resource = resources.find((each) => each.name === name);
    return name === others || resource.owner ? scopes : ["none", "all"];
  }

  /** Shows in brackets what holds where nothing is said. */
  function fallbacks() {
    for (const verb of verbs) {
      const scope = table.querySelector(`[id="right-${others}-${verb}"]`).value;
      for (const option of table.querySelectorAll(`[id$="-${verb}"] option[value=""]`)) {
        option.textContent = `(${say(`scope_${scope}`)})`;
      }
    }
  }

  function title(name) {
    if (name === others) return say("allOthers");
    if (areas[name]) return say(`area_${name}`);
    return label(resources.find((resource) => resource.name === name).label);
  }

  return {
    show,
    /** The rights as a patch: what was said before and is not any more becomes null. */
    read() {
      const patch = {};
      for (const select of table.querySelectorAll("select")) {
        const [, name, verb] = select.name.split(".");
        const before = shown[name]?.[verb];
        if (select.value) (patch[name] ??= {})[verb] = select.value;
        else if (before !== undefined) (patch[name] ??= {})[verb] = null;
      }
      return patch;
    },
  };
}
