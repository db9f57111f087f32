// What a link opens: the first administrator, an invitation, or a new password. Each link works once.

import { send } from "./api.js";
import { onSubmit, sayAt } from "./forms.js";
import { frame, tell } from "./frame.js";
import { remember } from "./session.js";
import { say } from "./words.js";

const find = (id) => document.getElementById(id);
const form = find("acceptance");
// Behind the #, where it reaches no server and no log, and from there taken out of the address bar and the history.
const token = location.hash.slice(1);
history.replaceState(null, "", location.pathname);
const codeField = form.elements.code.closest(".field");
let invitation = null;
let problem = null;

frame("welcome")(null);
document.addEventListener("koi:language", write);
look();

async function look() {
  if (!token) return write();
  try {
    invitation = await send("POST", "/v1/invitations/lookup", { token });
    form.elements.name.value = invitation.name ?? "";
    form.elements.email.value = invitation.email ?? "";
  } catch (found) {
    problem = found;
  }
  write();
  if (invitation) [...form.elements].find((input) => input.required && !input.value && input.offsetParent)?.focus();
}

/** Says what the link is for, or what is wrong with it. */
function write() {
  const purpose = invitation?.purpose;
  const name = invitation?.name ?? "";
  find("title").textContent = say(purpose ? `${purpose}Title` : "linkTitle", { name });
  find("lead").textContent = purpose ? say(`${purpose}Lead`, { name }) : "";
  form.hidden = !purpose;
  // Who has an account already only chooses a password.
  form.elements.name.closest(".field").hidden = purpose !== "first_administrator";
  form.elements.email.readOnly = purpose !== "first_administrator";
  if (purpose) return tell(null);
  tell(token ? problem : { sentence: say("noToken") });
}

onSubmit(form, async ({ name, email, password, again, code }) => {
  if (password !== again) return sayAt(form.elements.again, say("notTheSame"));
  const acceptance = { token, password };
  if (invitation.purpose === "first_administrator") Object.assign(acceptance, { name, email });
  if (code) acceptance.code = code;
  try {
    await send("POST", "/v1/invitations/acceptance", acceptance);
  } catch (found) {
    if (found.code !== "second_factor_required") throw found;
    codeField.hidden = false;
    return form.elements.code.focus();
  }
  remember(true);
  location.assign("/");
});
