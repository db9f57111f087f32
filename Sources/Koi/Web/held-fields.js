// The fields that are held back from a role: hidden or masked, or not to be written.

import { button, element, fill } from "./elements.js";
import { label, say } from "./words.js";

// What every record has is held back from nobody.
const common = new Set(["id", "version", "createdAt", "updatedAt", "removedAt"]);

export function heldFields(list, add, resources) {
  let shown = {};
  add.addEventListener("click", () => {
    const first = resources[0];
    list.append(row(first.name, fieldsOf(first.name)[0].name, { read: "hidden", write: false }));
    list.lastElementChild.querySelector("select").focus();
  });

  const fieldsOf = (name) =>
    resources.find((each) => each.name === name).fields.filter((field) => !common.has(field.name));

  function row(name, field, restriction) {
    const resource = choice(resources.map((each) => [each.name, label(each.label)]), name, "resource");
    const fields = choice([], "", "field");
    const read = choice(["clear", "masked", "hidden"].map((code) => [code, say(`read_${code}`)]), restriction.read ?? "clear", "reading");
    const write = choice([["true", say("writable")], ["false", say("readOnlyField")]], String(restriction.write ?? true), "writing");
    const offer = () => {
      const known = fieldsOf(resource.value);
      fill(fields, known.map((each) => element("option", { value: each.name }, label(each.label))));
    };
    resource.addEventListener("change", offer);
    offer();
    fields.value = field;
    const made = element("li", {}, [resource, fields, read, write]);
    made.append(button("remove", () => made.remove()));
    return made;
  }

  function choice(entries, value, word) {
    const select = element("select", { "aria-label": say(word) });
    fill(select, entries.map(([code, text]) => element("option", { value: code }, text)));
    select.value = value;
    return select;
  }

  return {
    show(fields) {
      shown = fields;
      fill(list, Object.entries(fields).flatMap(([name, each]) =>
        Object.entries(each).map(([field, restriction]) => row(name, field, restriction)),
      ));
    },
    /** The restrictions as a patch: those taken away become null. */
    read() {
      const patch = {};
      for (const [name, fields] of Object.entries(shown)) {
        for (const field of Object.keys(fields)) (patch[name] ??= {})[field] = null;
      }
      for (const line of list.children) {
        const [resource, field, read, write] = [...line.querySelectorAll("select")].map((select) => select.value);
        (patch[resource] ??= {})[field] = { read, write: write === "true" };
      }
      return patch;
    },
  };
}
