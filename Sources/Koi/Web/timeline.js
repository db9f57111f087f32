// What happened to a customer and to what belongs to it, the newest first.

import { all, get } from "./api.js";
import { fill } from "./elements.js";
import { happenings } from "./happenings.js";
import { may } from "./session.js";
import { say } from "./words.js";

const find = (id) => document.getElementById(id);
const pageSize = "10";

/** Returns a function that shows the timeline of a customer. */
export function timeline(resources, me, report) {
  const list = find("timeline");
  const more = find("timeline-more");
  let people = null;
  let customer = null;
  let next = "";
  const name = (id) => people.find((person) => person.id === id)?.name ?? say("somebody", { id });
  const item = happenings(resources, name);

  async function load() {
    const asked = customer.id;
    try {
      people ??= may(me, "read", "users") ? await all("/v1/users") : [];
      const page = await get(`/v1/customers/${asked}/timeline`, { limit: pageSize, cursor: next });
      if (asked !== customer.id) return;
      next = page.next;
      list.append(...page.items.map((event) => item(event, { isTold: event.resource !== "customers" || event.record !== asked })));
      more.hidden = !next;
      find("timeline-section").hidden = list.children.length === 0;
    } catch (problem) {
      report(problem);
    }
  }
  more.addEventListener("click", load);

  return (shown) => {
    customer = shown;
    next = "";
    fill(list, []);
    find("timeline-section").hidden = true;
    load();
  };
}
