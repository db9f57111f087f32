// Sends a mail and says what came of it.

import { get, send } from "./api.js";
import { onSubmit } from "./forms.js";
import { say } from "./words.js";

const path = "/v1/mail-tests";
const patience = 500;

export function mailTest(form, me) {
  const done = form.querySelector(".done");
  form.elements.to.value = me.email ?? "";
  onSubmit(form, async ({ to }) => {
    done.textContent = say("sending");
    let test = await send("POST", path, { to });
    while (test.state === "waiting" || test.state === "sending") {
      await new Promise((resolve) => setTimeout(resolve, patience));
      test = await get(`${path}/${test.id}`);
    }
    done.textContent = test.state === "sent" ? say("sent") : "";
    if (test.error) throw new Error(test.error.message);
  });
}
