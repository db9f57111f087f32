// Events as people read them: who did what and when, and what changed, field by field.

import { element } from "./elements.js";
import { full, moment } from "./values.js";
import { label, say, words } from "./words.js";

/**
 * @param resources as /v1/schema has them
 * @param nameOf gives the name of the user of an id
 * @returns a function that makes a list item of an event
 */
export function happenings(resources, nameOf) {
  const resource = (name) => resources.find((each) => each.name === name);

  function item(event, { isTold = true } = {}) {
    const by = event.user ? nameOf(event.user) : say(event.actor.kind === "anonymous" ? "anonymous" : "koiItself");
    const about = [moment(event.at), by, event.actor.kind === "key" && say("byKey")].filter(Boolean).join(" · ");
    const content = [
      element("span", { class: "main" }, isTold ? `${what(event)}${subject(event)}` : what(event)),
      element("span", { class: "about" }, about),
    ];
    const lines = changes(event);
    if (lines.length) content.push(element("details", {}, [element("summary", {}, say("details")), table(lines)]));
    return element("li", {}, content);
  }

  /** What happened: `customer.changed` says the same of every resource, others are named whole. */
  function what({ type }) {
    const verb = type.slice(type.lastIndexOf(".") + 1);
    return words()[`did_${type.replaceAll(".", "_")}`] ?? words()[`did_${verb}`] ?? type;
  }

  function subject({ resource: name, record, before, after }) {
    const known = resource(name);
    const title = after?.name ?? before?.name;
    return [known ? ` · ${label(known.label)} ${record ?? ""}` : "", title ? ` · ${title}` : ""].join("");
  }

  function changes({ resource: name, before, after }) {
    const old = flat(before), now = flat(after);
    return [...new Set([...Object.keys(old), ...Object.keys(now)])].map((key) => {
      const field = resource(name)?.fields.find((each) => each.name === key);
      return { title: field ? label(field.label) : key, before: text(old[key], field), after: text(now[key], field) };
    });
  }

  /** Fields of the company's own are fields like others. */
  function flat(values) {
    const { custom, ...own } = values ?? {};
    const added = Object.entries(custom ?? {}).map(([key, value]) => [`custom.${key}`, value]);
    return { ...own, ...Object.fromEntries(added) };
  }

  function text(value, field) {
    if (typeof value === "number" && field && /user|owner|lead/.test(field.name)) return nameOf(value);
    if (value !== null && typeof value === "object" && !Array.isArray(value)) return JSON.stringify(value);
    if (Array.isArray(value) && value.some((each) => typeof each === "object")) return JSON.stringify(value);
    return full(value, field ?? {}, {});
  }

  function table(lines) {
    return element("table", { class: "changes" }, [
      element("thead", {}, element("tr", {}, ["field", "before", "after"].map((word) => element("th", { scope: "col" }, say(word))))),
      element("tbody", {}, lines.map(({ title, before, after }) =>
        element("tr", {}, [
          element("th", { scope: "row" }, title),
          element("td", {}, before ? element("del", {}, before) : ""),
          element("td", {}, after ? element("ins", {}, after) : ""),
        ]),
      )),
    ]);
  }

  return item;
}
