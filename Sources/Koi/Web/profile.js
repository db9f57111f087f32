// Name, language and time zone of who is signed in.

import { get, send } from "./api.js";
import { element, fill, suggest } from "./elements.js";
import { onSubmit, put } from "./forms.js";
import { tell } from "./frame.js";
import { may } from "./session.js";
import { choose, roleName, say } from "./words.js";

export function profileForm(form, me) {
  const done = form.querySelector(".done");
  suggest(form.querySelector("datalist"), Intl.supportedValuesOf("timeZone"));
  let team = null;
  put(form, me);
  describe();
  if (me.team && may(me, "read", "teams")) get(`/v1/teams/${me.team}`).then((found) => { team = found; describe(); }, tell);
  document.addEventListener("koi:language", describe);

  onSubmit(form, async (values) => {
    done.textContent = "";
    put(form, await send("PATCH", "/v1/me", values));
    choose(form.elements.language.value);
    done.textContent = say("saved");
  });

  /** What only others can change. */
  function describe() {
    const facts = [
      ["email", me.email],
      ["role", me.role && roleName(me.role)],
      ["team", team?.name],
    ];
    const lines = facts
      .filter(([, value]) => value)
      .flatMap(([name, value]) => [element("dt", {}, say(name)), element("dd", {}, value)]);
    fill(form.querySelector("dl"), lines);
  }
}
