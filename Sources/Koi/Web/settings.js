// What holds for the whole company.

import { get, send } from "./api.js";
import { suggest } from "./elements.js";
import { onSubmit, put } from "./forms.js";
import { begin, tell } from "./frame.js";
import { mailTest } from "./mail-test.js";
import { may } from "./session.js";
import { moment } from "./values.js";
import { say } from "./words.js";

const find = (id) => document.getElementById(id);
const form = find("settings");
const done = form.querySelector(".done");
const numbers = ["messagesPerDay", "messagesPerPerson", "messagesPeriod"];
const me = await begin("settings");
let settings = null;

suggest(find("time-zones"), Intl.supportedValuesOf("timeZone"));
suggest(find("currencies"), Intl.supportedValuesOf("currency"));
try {
  show(await get("/v1/settings"));
} catch (problem) {
  tell(problem);
}
const isFixed = !settings || !may(me, "change", "settings");
for (const input of form.elements) input.disabled = isFixed;
document.addEventListener("koi:language", describePassword);
mailTest(find("mail-test"), me);

function show(found) {
  settings = found;
  const mail = Object.entries(found.mail ?? {}).map(([name, value]) => [`mail.${name}`, value]);
  put(form, { ...found, "mail.security": "starttls", ...Object.fromEntries(mail) });
  describePassword();
  find("mail-test").hidden = !found.mail?.server;
}

function describePassword() {
  const time = settings?.mail?.passwordSetAt;
  find("mail-password-state").textContent = time ? say("mailPasswordSet", { time: moment(time) }) : say("mailPasswordNone");
}

onSubmit(form, async (values) => {
  done.textContent = "";
  const body = { mail: {} };
  for (const [name, value] of Object.entries(values)) {
    if (name.startsWith("mail.")) body.mail[name.slice(5)] = value || null;
    else body[name] = value || null;
  }
  body.currency = body.currency?.toUpperCase() ?? null;
  // What is no number is said to be none by the server.
  for (const [holder, name] of [[body.mail, "port"], ...numbers.map((name) => [body, name])]) {
    if (/^\d+$/.test(holder[name] ?? "")) holder[name] = Number(holder[name]);
  }
  // It is never shown, so an empty field says nothing.
  if (!body.mail.password) delete body.mail.password;
  show(await send("PATCH", "/v1/settings", body, { version: settings.version }));
  done.textContent = say("saved");
});
