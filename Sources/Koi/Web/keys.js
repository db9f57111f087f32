// The API keys of who is signed in: made, shown once, revoked.

import { all, send } from "./api.js";
import { element, fill } from "./elements.js";
import { onSubmit } from "./forms.js";
import { tell } from "./frame.js";
import { may } from "./session.js";
import { moment } from "./values.js";
import { say } from "./words.js";

const find = (id) => document.getElementById(id);

export function keysOf(me) {
  if (!may(me, "read", "keys")) return;
  const form = find("key-form");
  let keys = [];
  find("keys-section").hidden = false;
  form.hidden = !may(me, "create", "keys");

  async function load() {
    try {
      keys = await all("/v1/keys", { user: String(me.id), sort: "-createdAt" });
      show();
    } catch (problem) {
      tell(problem);
    }
  }

  function show() {
    find("keys").hidden = keys.length === 0;
    fill(find("keys"), keys.map(row));
  }

  function row(key) {
    const facts = [
      key.hint && `${key.hint}…`,
      key.scopes.join(", "),
      key.expiresAt && say("ends", { time: moment(key.expiresAt) }),
      key.lastUsedAt ? say("lastUsed", { time: moment(key.lastUsedAt) }) : say("neverUsed"),
    ];
    const text = element("div", {}, [
      element("span", { class: "main" }, key.name),
      element("span", { class: "about" }, facts.filter(Boolean).join(" · ")),
    ]);
    return element("li", {}, may(me, "remove", "keys") ? [text, revoking(key)] : [text]);
  }

  function revoking(key) {
    const button = element("button", { class: "quiet", type: "button" }, say("revoke"));
    button.addEventListener("click", async () => {
      if (!confirm(say("revokeAsk", { name: key.name }))) return;
      button.disabled = true;
      try {
        await send("DELETE", `/v1/keys/${key.id}`);
        await load();
      } catch (problem) {
        tell(problem);
        button.disabled = false;
      }
    });
    return button;
  }

  onSubmit(form, async ({ name, scopes, expiresAt }) => {
    const made = await send("POST", "/v1/keys", {
      name,
      scopes: scopes.split(/[\s,，、]+/).filter(Boolean),
      // The end of that day where the person is.
      expiresAt: expiresAt ? new Date(`${expiresAt}T23:59:59`).toISOString() : null,
    });
    form.reset();
    find("key").value = made.key;
    find("key-shown").hidden = false;
    find("key").focus();
    await load();
  });

  document.addEventListener("koi:language", show);
  load();
}
