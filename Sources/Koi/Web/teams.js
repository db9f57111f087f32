// The teams of the company, as the tree that they form.

import { send } from "./api.js";
import { button, element, fill, options } from "./elements.js";
import { onSubmit, put } from "./forms.js";
import { tell } from "./frame.js";
import { say } from "./words.js";

const find = (id) => document.getElementById(id);

export function teams(company) {
  if (!company.may("read", "teams")) return;
  const dialog = find("team-dialog");
  const form = find("team-form");
  let edited = null;

  find("teams-section").hidden = false;
  find("add-team").hidden = !company.may("create", "teams");
  find("add-team").addEventListener("click", () => edit(null));
  company.onChange(() => {
    const known = new Set(company.teams.map((team) => team.id));
    const roots = company.teams.filter((team) => !known.has(team.parent));
    fill(find("teams"), [roots.length ? branch(roots) : element("p", { class: "empty" }, say("noTeams"))]);
  });

  function branch(siblings) {
    return element("ul", {}, siblings.map((team) => {
      const below = company.teams.filter((each) => each.parent === team.id);
      return element("li", {}, below.length ? [row(team), branch(below)] : [row(team)]);
    }));
  }

  function row(team) {
    const members = company.people.filter((person) => person.active && person.team === team.id).length;
    const lead = company.person(team.lead)?.name;
    const about = [lead && say("leadIs", { name: lead }), say("members", { count: members })].filter(Boolean).join(" · ");
    const text = element("div", {}, [
      element("span", { class: "main" }, team.name),
      element("span", { class: "about" }, about),
    ]);
    const actions = [
      company.may("change", "teams") && button("edit", () => edit(team)),
      company.may("remove", "teams") && button("remove", () => remove(team)),
    ].filter(Boolean);
    return element("div", { class: "node" }, [text, element("div", { class: "row" }, actions)]);
  }

  function edit(team) {
    edited = team;
    find("team-title").textContent = team?.name ?? say("addTeam");
    options(form.elements.parent, company.teams.filter((each) => each.id !== team?.id), (each) => each.name, say("nothingAbove"));
    options(form.elements.lead, company.people.filter((person) => person.active), (person) => person.name, say("nobody"));
    put(form, team ?? {});
    dialog.showModal();
    form.elements.name.focus();
  }

  onSubmit(form, async ({ name, parent, lead }) => {
    const body = { name, parent: Number(parent) || null, lead: Number(lead) || null };
    if (edited) await send("PATCH", `/v1/teams/${edited.id}`, body, { version: edited.version });
    else await send("POST", "/v1/teams", body);
    dialog.close();
    await company.read();
  });

  async function remove(team) {
    try {
      await send("DELETE", `/v1/teams/${team.id}`);
      tell(null);
      await company.read();
    } catch (problem) {
      tell(problem);
    }
  }
}
