// The people of the company: added, changed, invited, and no longer let in.

import { send } from "./api.js";
import { button, element, fill, options, suggest } from "./elements.js";
import { onSubmit, put } from "./forms.js";
import { handover } from "./handover.js";
import { tell } from "./frame.js";
import { moment } from "./values.js";
import { roleName, say } from "./words.js";

const find = (id) => document.getElementById(id);

export function people(company) {
  const dialog = find("user-dialog");
  const form = find("user-form");
  const handOver = handover(company);
  let edited = null;

  find("add-user").hidden = !company.may("create", "users");
  find("add-user").addEventListener("click", () => edit(null));
  suggest(find("time-zones"), Intl.supportedValuesOf("timeZone"));
  company.onChange(() => fill(find("people"), company.people.map(row)));

  function row(person) {
    const facts = [person.email, company.role(person.role) && roleName(company.role(person.role)), company.team(person.team)?.name];
    const name = [person.name, person.active ? "" : element("span", { class: "tag" }, say("inactive"))];
    const text = element("div", {}, [
      element("span", { class: "main" }, name),
      element("span", { class: "about" }, facts.filter(Boolean).join(" · ")),
    ]);
    if (!company.mayChange(person)) return element("li", {}, text);
    const actions = [button("edit", () => edit(person))];
    if (company.mayAssign()) actions.unshift(button("handOver", () => handOver(person)));
    if (person.active && person.email && person.id !== company.me.id) actions.unshift(button("invite", () => invite(person)));
    return element("li", {}, [text, element("div", { class: "row" }, actions)]);
  }

  function edit(person) {
    edited = person;
    find("user-title").textContent = person?.name ?? say("addUser");
    options(form.elements.role, company.roles, roleName);
    options(form.elements.team, company.teams, (team) => team.name, say("noTeam"));
    put(form, person ?? { role: viewer(), language: company.me.language, timeZone: company.me.timeZone, active: true });
    // Nobody changes their own rights.
    form.elements.role.disabled = form.elements.active.disabled = person?.id === company.me.id;
    dialog.showModal();
    form.elements.name.focus();
  }

  const viewer = () => company.roles.find((role) => role.key === "viewer")?.id;

  onSubmit(form, async (values) => {
    const body = {
      ...values,
      email: values.email || null,
      role: Number(values.role) || null,
      team: Number(values.team) || null,
    };
    const saved = await save(body);
    if (!saved) return;
    const isNew = !edited;
    dialog.close();
    await company.read();
    if (isNew && saved.email) await invite(saved);
  });

  /** Gives nothing where the person still looks after something: that is handed over first. */
  async function save(body) {
    if (!edited) return send("POST", "/v1/users", body);
    try {
      return await send("PATCH", `/v1/users/${edited.id}`, body, { version: edited.version });
    } catch (problem) {
      if (problem.code !== "owns_records" || !company.mayAssign()) throw problem;
      dialog.close();
      handOver(edited, say("ownsRecords", { name: edited.name }));
      return null;
    }
  }

  async function invite(person) {
    try {
      const invitation = await send("POST", "/v1/invitations", { user: person.id });
      find("link").value = new URL(invitation.link, location.href).href;
      find("link-about").textContent = say("linkAbout", { name: person.name, time: moment(invitation.expiresAt) });
      find("link-dialog").showModal();
      find("link").select();
      tell(null);
    } catch (problem) {
      tell(problem);
    }
  }
}
