// The second factor: a secret that an authenticator app shares with Koi, switched on by a code that proves it.

import { send } from "./api.js";
import { onSubmit } from "./forms.js";
import { say } from "./words.js";

const find = (id) => document.getElementById(id);

export function secondFactor(me) {
  const [start, proof, removal, recovery] = ["factor-begin", "factor-proof", "factor-removal", "recovery"].map(find);
  let isOn = Boolean(me.secondFactor);

  const show = () => {
    find("factor-state").textContent = say(isOn ? "factorIsOn" : "factorIsOff");
    start.hidden = isOn || !proof.hidden;
    removal.hidden = !isOn;
  };
  document.addEventListener("koi:language", show);
  show();

  onSubmit(start, async (values) => {
    const { secret, uri } = await send("POST", "/v1/me/second-factor", values);
    start.reset();
    find("factor-link").href = uri;
    find("factor-uri").value = uri;
    find("factor-secret").value = grouped(secret);
    proof.hidden = false;
    show();
    find("factor-code").focus();
  });

  onSubmit(proof, async ({ code }) => {
    const { recoveryCodes } = await send("PUT", "/v1/me/second-factor", { code: code.replaceAll(" ", "") });
    proof.reset();
    proof.hidden = true;
    recovery.hidden = false;
    find("codes").textContent = recoveryCodes.join("\n");
    isOn = true;
    show();
    find("codes").focus();
  });

  onSubmit(removal, async (values) => {
    await send("DELETE", "/v1/me/second-factor", values);
    removal.reset();
    recovery.hidden = true;
    find("codes").textContent = "";
    isOn = false;
    show();
  });

  find("print").addEventListener("click", () => {
    document.body.classList.add("printing-codes");
    window.print();
    document.body.classList.remove("printing-codes");
  });
}

/** A secret as people can read it out: in groups of four. */
function grouped(secret) {
  return secret.match(/.{1,4}/g)?.join(" ") ?? secret;
}
