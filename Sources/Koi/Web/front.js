// The front page: for who is signed in the customers, for others the question who they are.

import { get } from "./api.js";
import { customers } from "./customers.js";
import { frame, tell } from "./frame.js";
import { recordDialog } from "./record.js";
import { whoIsSignedIn } from "./session.js";
import { signInForm } from "./sign-in.js";

const find = (id) => document.getElementById(id);
const show = frame("customers");
let openRecord = null;

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
  tell,
  (id) => openRecord(id),
);
const ask = signInForm(find("sign-in"), find("welcome"), start);
document.addEventListener("koi:language", () => list.translate());

async function start() {
  try {
    const me = await whoIsSignedIn();
    if (!me) return ask();
    const wanted = new URLSearchParams(location.search).get("to");
    // A page of Koi's, never an address.
    if (/^[a-z]+$/.test(wanted ?? "")) return location.replace(`/${wanted}.html`);
    const schema = await get("/v1/schema");
    const resource = schema.resources.find((each) => each.name === "customers");
    const fields = new Map(resource.fields.map((field) => [field.name, field]));
    openRecord = recordDialog(find("record"), schema.resources, me, tell);
    show(me);
    find("welcome").hidden = true;
    find("content").hidden = false;
    list.start(fields);
    openLinked();
  } catch (problem) {
    tell(problem);
  }
}

/** Opens the customer that the address names, as links to one have it: `#customers/12`. */
function openLinked() {
  const id = /^#customers\/(\d{1,18})$/.exec(location.hash)?.[1];
  if (!id || !openRecord) return;
  history.replaceState(null, "", location.pathname);
  openRecord(id);
}

window.addEventListener("hashchange", openLinked);
start();
