// Who owns a record, who owned it before, and with whom it is shared.

import { all, get, send } from "./api.js";
import { button, element, fill, options } from "./elements.js";
import { onSubmit, put } from "./forms.js";
import { may, reach } from "./session.js";
import { moment } from "./values.js";
import { say } from "./words.js";

const find = (id) => document.getElementById(id);

/**
 * @param me who is signed in
 * @param report is given each problem
 * @returns a function that shows the ownership of the customer of an id
 */
export function ownership(me, report) {
  const path = () => `/v1/customers/${shown.id}`;
  let people = null;
  let shown = null;

  async function show(customer) {
    shown = customer;
    find("ownership").hidden = true;
    try {
      people ??= may(me, "read", "users") ? await all("/v1/users", { sort: "name" }) : [];
      await read();
      find("ownership").hidden = false;
    } catch (problem) {
      // Who may not see the owner gets no history of owners either.
      if (problem.status !== 404) report(problem);
    }
  }

  async function read() {
    const [owners, collaborators] = await Promise.all([all(`${path()}/owners`), get(`${path()}/collaborators`)]);
    fill(find("owners"), owners.toReversed().map(owned));
    fill(find("collaborators"), collaborators.items.map(shared));
    const colleagues = people.filter((person) => person.active);
    find("shared-title").hidden = collaborators.items.length === 0 && !reaches("change");
    find("owner-change").hidden = !reaches("assign");
    find("share-change").hidden = !reaches("change");
    options(find("new-owner"), colleagues, (person) => person.name, say("nobody"));
    options(find("share-user"), colleagues.filter((person) => person.id !== shown.owner?.id), (person) => person.name);
    find("owner-change").open = find("share-change").open = false;
    put(find("owner-form"), {});
    put(find("share-form"), { access: "read", user: find("share-user").value });
  }

  /** Whether a right may reach the customer; whether it does for one of the team, the server knows. */
  function reaches(verb) {
    const scope = reach(me, verb, "customers");
    return scope === "all" || scope === "team" || (scope === "own" && shown.owner?.id === me.id);
  }

  const name = (id) => (id === null ? say("nobody") : people.find((person) => person.id === id)?.name ?? say("somebody", { id }));

  function owned({ owner, from, by, reason }) {
    const about = [moment(from), by && say("by", { name: name(by) }), reason].filter(Boolean).join(" · ");
    return element("li", {}, [element("span", { class: "main" }, name(owner)), element("span", { class: "about" }, about)]);
  }

  function shared({ user, access, expiresAt }) {
    const about = [say(access === "write" ? "accessWrite" : "accessRead"), expiresAt && say("ends", { time: moment(expiresAt) })];
    const text = element("div", {}, [
      element("span", { class: "main" }, name(user)),
      element("span", { class: "about" }, about.filter(Boolean).join(" · ")),
    ]);
    if (!reaches("change")) return element("li", {}, text);
    return element("li", { class: "bar" }, [text, button("end", () => end(user))]);
  }

  async function end(user) {
    try {
      await send("DELETE", `${path()}/collaborators/${user}`);
      await read();
    } catch (problem) {
      report(problem);
    }
  }

  onSubmit(find("owner-form"), async ({ owner, reason }) => {
    const to = people.find((person) => person.id === Number(owner)) ?? null;
    await send("PUT", `${path()}/owner`, { owner: to?.id ?? null, reason: reason || null });
    shown = { ...shown, owner: to };
    document.dispatchEvent(new Event("koi:customers"));
    try {
      await read();
    } catch (problem) {
      if (problem.status !== 404) throw problem;
      // Who gave it away may not see it any more.
      find("record").close();
    }
  });

  onSubmit(find("share-form"), async ({ user, access, expiresAt }) => {
    const end = expiresAt ? new Date(`${expiresAt}T23:59:59`).toISOString() : null;
    await send("PUT", `${path()}/collaborators/${user}`, { access, expiresAt: end });
    await read();
  });

  return show;
}
