// How one wants to be told of what: in the page, by mail, both or not at all.

import { get, send } from "./api.js";
import { element, fill } from "./elements.js";
import { onSubmit } from "./forms.js";
import { tell } from "./frame.js";
import { say, words } from "./words.js";

const path = "/v1/me/notification-preferences";
const deliveries = ["page", "mail", "both", "none"];
// What is about one's own account is always told in both ways.
const always = ["passwordChanged", "newSignIn", "secondFactorRemoved"];

export function preferences(form) {
  const fields = form.querySelector("#kinds");
  const done = form.querySelector(".done");
  let chosen = {};

  function show() {
    fill(fields, Object.entries(chosen).map(([kind, delivery]) => {
      const select = element("select", { id: `kind-${kind}`, name: kind });
      fill(select, deliveries.map((each) => element("option", { value: each }, say(`delivery_${each}`))));
      select.value = delivery;
      select.disabled = always.includes(kind);
      const label = element("label", { for: select.id }, words()[`kind_${kind}`] ?? kind);
      return element("div", { class: "field" }, [label, select]);
    }));
  }

  async function load() {
    try {
      chosen = await get(path);
      show();
    } catch (problem) {
      tell(problem);
    }
  }

  onSubmit(form, async (values) => {
    done.textContent = "";
    chosen = await send("PUT", path, values);
    show();
    done.textContent = say("saved");
  });
  document.addEventListener("koi:language", show);
  load();
}
