// The front page: the key first, then the customers.

import { get, key } from "./api.js";
import { customers } from "./customers.js";
import { watchHealth } from "./health.js";
import { recordDialog } from "./record.js";
import { offerLanguages, translate } from "./words.js";

const find = (id) => document.getElementById(id);
const welcome = find("welcome");
const section = find("customers");
const form = find("key-form");
let fields = new Map();

function tell(place, problem) {
  place.hidden = !problem;
  place.textContent = problem?.message ?? "";
}

function report(problem) {
  if (problem?.status === 401) return close(problem);
  tell(find("problem"), problem);
}

const openRecord = recordDialog(find("record"), () => fields, report);
const list = customers(
  {
    form: find("search"),
    table: find("table"),
    head: find("table").querySelector("thead tr"),
    body: find("table").querySelector("tbody"),
    empty: find("empty"),
    shown: find("shown"),
    previous: find("previous"),
    next: find("next"),
  },
  report,
  openRecord,
);

/** Shows the customers where the key is good. */
async function open(bearer) {
  try {
    const schema = await get("/v1/schema", {}, { bearer });
    const resource = schema.resources.find((each) => each.name === "customers");
    fields = new Map(resource.fields.map((field) => [field.name, field]));
  } catch (problem) {
    return close(problem);
  }
  key.set(bearer);
  tell(find("key-problem"), null);
  form.reset();
  welcome.hidden = true;
  section.hidden = false;
  list.start(fields);
}

/** Goes back to the question for a key. A key that is refused is forgotten; one that could not be tried is not. */
function close(problem) {
  if (!problem || problem.status === 401) key.forget();
  list.clear();
  section.hidden = true;
  welcome.hidden = false;
  form.hidden = false;
  tell(find("key-problem"), problem);
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  await open(form.elements.key.value.trim());
  // What had the focus is gone with the form.
  if (welcome.hidden) find("q").focus();
});
find("forget").addEventListener("click", () => {
  close(null);
  find("key").focus();
});
document.addEventListener("koi:language", () => list.translate());

translate();
offerLanguages(find("language"));
watchHealth(find("health"));
if (key.get()) open(key.get());
else form.hidden = false;
