// What one is told: a bell with the number of what is unread, and a dialog with the list.

import { get, send } from "./api.js";
import { button, element, fill } from "./elements.js";
import { moment } from "./values.js";
import { say } from "./words.js";

const path = "/v1/notifications";
const interval = 60_000;

/**
 * Makes the bell; it counts once `start` was called.
 *
 * @param report is given each problem with what was asked for
 */
export function bell(report) {
  const opener = element("button", { class: "quiet bell", id: "bell", type: "button", hidden: "" });
  const count = element("span", { class: "count" });
  const list = element("ul", { class: "rows" });
  const empty = element("p", { class: "empty", "data-text": "noNotifications" }, say("noNotifications"));
  const title = element("h2", { id: "bell-title", "data-text": "notifications" }, say("notifications"));
  const close = element("button", { class: "quiet", type: "button", "data-text": "close" }, say("close"));
  const readAll = element("button", { class: "quiet", type: "button", "data-text": "readAll" }, say("readAll"));
  const dialog = element("dialog", { id: "notifications", "aria-labelledby": "bell-title" }, [
    element("div", { class: "bar" }, [title, element("div", { class: "row" }, [readAll, close])]),
    list,
    empty,
  ]);
  opener.append(count);
  document.body.append(dialog);
  let unread = 0;
  let items = [];

  const showCount = () => {
    count.textContent = unread > 99 ? "99+" : String(unread);
    count.hidden = unread === 0;
    opener.ariaLabel = unread ? say("unread", { count: unread }) : say("notifications");
  };

  async function look() {
    if (document.hidden) return;
    try {
      unread = (await get(path, { unread: "true", total: "true", limit: "1" })).total;
      opener.hidden = false;
      showCount();
    } catch {
      // The page says elsewhere that the server does not answer; the bell keeps its number.
    }
  }

  async function open() {
    try {
      items = (await get(path, { limit: "50" })).items;
      show();
      if (!dialog.open) dialog.showModal();
    } catch (problem) {
      report(problem);
    }
  }

  function show() {
    fill(list, items.map(row));
    empty.hidden = items.length > 0;
    readAll.hidden = !items.some((item) => !item.readAt);
  }

  function row(item) {
    const { resource, record } = item.subject ?? {};
    const text = resource === "customers" ? element("a", { href: `/#customers/${record}` }, item.text) : item.text;
    const content = element("div", {}, [
      element("span", { class: item.readAt ? "" : "main" }, text),
      element("span", { class: "about" }, moment(item.createdAt)),
    ]);
    if (resource === "customers") text.addEventListener("click", () => { dialog.close(); read(item); });
    return element("li", {}, item.readAt ? [content] : [content, button("markRead", () => read(item))]);
  }

  async function read(item) {
    if (item.readAt) return;
    await change(() => send("PUT", `${path}/${item.id}/reading`));
  }

  async function change(act) {
    try {
      await act();
      items = (await get(path, { limit: "50" })).items;
      show();
      await look();
    } catch (problem) {
      report(problem);
    }
  }

  opener.addEventListener("click", open);
  close.addEventListener("click", () => dialog.close());
  readAll.addEventListener("click", () => change(() => send("PUT", `${path}/reading`, { upTo: items[0].id })));
  document.addEventListener("koi:language", () => { showCount(); if (dialog.open) open(); });
  document.addEventListener("visibilitychange", () => { if (!opener.hidden) look(); });

  return {
    opener,
    start() {
      look();
      setInterval(look, interval);
    },
  };
}
