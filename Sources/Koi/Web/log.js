// The log: what happened, by whom and when, the oldest of the chosen days first.

import { all, get } from "./api.js";
import { element, fill, options } from "./elements.js";
import { onSubmit } from "./forms.js";
import { begin, tell } from "./frame.js";
import { happenings } from "./happenings.js";
import { may } from "./session.js";
import { label, say } from "./words.js";

const find = (id) => document.getElementById(id);
const form = find("filter");
const list = find("events");
const me = await begin("log");
let resources = [];
let people = [];
let item = null;
let shown = [];
let asked = {};
let next = null;

form.elements.from.value = today();
try {
  resources = (await get("/v1/schema")).resources;
  people = may(me, "read", "users") ? await all("/v1/users", { sort: "name" }) : [];
  item = happenings(resources, (id) => people.find((person) => person.id === id)?.name ?? say("somebody", { id }));
  offer();
  await search();
} catch (problem) {
  tell(problem);
}
onSubmit(form, search);
find("more").addEventListener("click", load);
document.addEventListener("koi:language", () => {
  offer();
  show();
});

/** The day that it is where the reader is. */
function today() {
  const now = new Date();
  return [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((part) => String(part).padStart(2, "0")).join("-");
}

function offer() {
  const { user, resource } = form.elements;
  const chosen = [user.value, resource.value];
  options(user, people, (person) => person.name, say("everybody"));
  fill(resource, [
    element("option", { value: "" }, say("all")),
    ...resources.map((each) => element("option", { value: each.name }, label(each.label))),
  ]);
  [user.value, resource.value] = chosen;
}

async function search() {
  const { user, resource, from, to } = form.elements;
  // Up to the end of the last day.
  const end = to.value ? new Date(new Date(`${to.value}T00:00:00Z`).getTime() + 86_400_000).toISOString().slice(0, 10) : "";
  asked = { user: user.value, resource: resource.value, from: from.value, to: end };
  shown = [];
  next = null;
  await load();
}

async function load() {
  try {
    const page = await get("/v1/events", { ...asked, limit: "50", after: next === null ? "" : String(next) });
    next = page.next;
    shown.push(...page.items);
    tell(null);
    show();
  } catch (problem) {
    tell(problem);
  }
}

function show() {
  fill(list, shown.map((event) => item(event)));
  list.hidden = shown.length === 0;
  find("nothing").hidden = shown.length > 0;
  find("more").hidden = next === null;
}
