// A new password, which ends the other sign-ins.

import { send } from "./api.js";
import { onSubmit, sayAt } from "./forms.js";
import { say } from "./words.js";

/** @param sessions shows the sign-ins anew */
export function passwordForm(form, me, sessions) {
  // Tells a password keeper whose password this is.
  form.elements.username.value = me.email ?? "";
  const done = form.querySelector(".done");
  onSubmit(form, async (values) => {
    done.textContent = "";
    if (values.new !== values.again) return sayAt(form.elements.again, say("notTheSame"));
    await send("PUT", "/v1/me/password", { current: values.current, new: values.new });
    form.reset();
    form.elements.username.value = me.email ?? "";
    done.textContent = say("passwordChanged");
    sessions();
  });
}
