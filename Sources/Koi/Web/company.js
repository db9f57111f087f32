// The people, teams and roles of the company, as far as whoever is signed in may see them.

import { all, get } from "./api.js";
import { tell } from "./frame.js";
import { may, reach } from "./session.js";

/** Reads them, and tells of every later reading those who asked by `onChange`. */
export async function readCompany(me) {
  const listeners = [];
  const company = {
    me,
    people: [],
    teams: [],
    roles: [],
    resources: [],
    onChange(listener) {
      listeners.push(listener);
      listener();
    },
    async read() {
      try {
        const [people, teams, roles] = await Promise.all(["users", "teams", "roles"].map(list));
        Object.assign(company, { people, teams, roles });
        for (const listener of listeners) listener();
      } catch (problem) {
        tell(problem);
      }
    },
    /** People, teams and roles are nobody's own: to see them takes any right, all else the whole. */
    may: (verb, name) => reach(me, verb, name) === "all" || (verb === "read" && may(me, verb, name)),
    mayChange(person) {
      const scope = reach(me, "change", "users");
      return scope === "all" || (scope === "team" && below(company.teams, me.team).has(person.team)) || (scope !== "none" && person.id === me.id);
    },
    mayAssign: () => may(me, "assign", "customers"),
    role: (id) => company.roles.find((role) => role.id === id),
    team: (id) => company.teams.find((team) => team.id === id),
    person: (id) => company.people.find((person) => person.id === id),
  };
  const list = (name) => (may(me, "read", name) ? all(`/v1/${name}`, { sort: "name" }) : []);
  try {
    company.resources = (await get("/v1/schema")).resources;
  } catch (problem) {
    tell(problem);
  }
  await company.read();
  document.addEventListener("koi:language", () => listeners.forEach((listener) => listener()));
  return company;
}

/** The ids of a team and of those below it. */
function below(teams, id) {
  const found = new Set(id === null ? [] : [id]);
  // A set that grows while it is walked is walked to its end.
  for (const above of found) teams.filter((team) => team.parent === above).forEach((team) => found.add(team.id));
  return found;
}
