// Elements made from text. Nothing here, or anywhere in the pages, reads text as HTML.

import { say } from "./words.js";

export function element(name, attributes = {}, content = []) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...[content].flat());
  return made;
}

export function fill(parent, children) {
  parent.replaceChildren(...children);
}

/** A plain button that says the word of that name; it cannot be pressed again before `act` is done. */
export function button(word, act) {
  const made = element("button", { class: "quiet", type: "button" }, say(word));
  made.addEventListener("click", async () => {
    made.disabled = true;
    try {
      await act();
    } finally {
      made.disabled = false;
    }
  });
  return made;
}

/** Fills a select with records by their ids, behind a first choice for none where it has a word. */
export function options(select, records, name, none) {
  const first = none === undefined ? [] : [element("option", { value: "" }, none)];
  fill(select, [...first, ...records.map((record) => element("option", { value: record.id }, name(record)))]);
}

/** Fills a list of suggestions. */
export function suggest(list, texts) {
  fill(list, texts.map((text) => element("option", { value: text })));
}
