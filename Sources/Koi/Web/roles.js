// The roles: what those who have one may do, and which fields are held back from them.

import { send } from "./api.js";
import { button, element, fill } from "./elements.js";
import { onSubmit, put } from "./forms.js";
import { tell } from "./frame.js";
import { heldFields } from "./held-fields.js";
import { rightsMatrix } from "./matrix.js";
import { roleName, say } from "./words.js";

const find = (id) => document.getElementById(id);

export function roles(company) {
  if (!company.may("read", "roles")) return;
  const dialog = find("role-dialog");
  const form = find("role-form");
  const matrix = rightsMatrix(find("matrix"), company.resources);
  const held = heldFields(find("held"), find("add-held"), company.resources);
  let edited = null;
  // Never the administrator's, and nobody changes their own.
  const isOpen = (role) => company.may("change", "roles") && role.key !== "administrator" && role.id !== company.me.role?.id;

  find("roles-section").hidden = false;
  find("add-role").hidden = !company.may("create", "roles");
  find("add-role").addEventListener("click", () => edit(null));
  company.onChange(() => fill(find("roles"), company.roles.map(row)));

  function row(role) {
    const count = company.people.filter((person) => person.active && person.role === role.id).length;
    const about = [role.note, say("members", { count })].filter(Boolean).join(" · ");
    const text = element("div", {}, [
      element("span", { class: "main" }, roleName(role)),
      element("span", { class: "about" }, about),
    ]);
    const actions = [button(isOpen(role) ? "edit" : "look", () => edit(role))];
    if (!role.key && company.may("remove", "roles")) actions.push(button("remove", () => remove(role)));
    return element("li", {}, [text, element("div", { class: "row" }, actions)]);
  }

  function edit(role) {
    edited = role;
    find("role-title").textContent = role ? roleName(role) : say("addRole");
    put(form, role ?? {});
    const isFull = role?.key === "administrator";
    matrix.show(role?.permissions ?? {}, isFull);
    held.show(role?.fields ?? {});
    const isFixed = role !== null && !isOpen(role);
    for (const input of form.querySelectorAll("input, select, button:not([data-closes])")) input.disabled = isFixed;
    form.querySelector("[type=submit]").hidden = find("add-held").hidden = isFixed;
    dialog.showModal();
    if (isFixed) form.querySelector("[data-closes]").focus();
    else form.elements.name.focus();
  }

  onSubmit(form, async ({ name, note }) => {
    const body = { name, note: note || null, permissions: matrix.read(), fields: held.read() };
    if (edited) await send("PATCH", `/v1/roles/${edited.id}`, body, { version: edited.version });
    else await send("POST", "/v1/roles", body);
    dialog.close();
    await company.read();
  });

  async function remove(role) {
    try {
      await send("DELETE", `/v1/roles/${role.id}`);
      tell(null);
      await company.read();
    } catch (problem) {
      tell(problem);
    }
  }
}
