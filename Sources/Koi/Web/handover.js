// Hands the records of somebody who leaves over to others, after a look at what that would come to.

import { get, send } from "./api.js";
import { button, element, fill, options } from "./elements.js";
import { onSubmit, put } from "./forms.js";
import { label, say } from "./words.js";

const find = (id) => document.getElementById(id);
const patience = 500;

/** Returns a function that asks who gets what a person looks after; `hint` says why it is asked. */
export function handover(company) {
  const dialog = find("handover-dialog");
  const form = find("handover-form");
  const rows = find("successors");
  let leaving = null;

  find("add-successor").addEventListener("click", () => rows.append(row()));

  function row() {
    const others = company.people.filter((person) => person.active && person.id !== leaving.id);
    const user = element("select", { "aria-label": say("successor") });
    options(user, others, (person) => person.name);
    const share = element("input", { type: "number", min: "1", max: "1000", value: "1", "aria-label": say("share_of") });
    const made = element("li", {}, [user, share]);
    made.append(button("remove", () => made.remove()));
    return made;
  }

  onSubmit(form, async ({ reason }, submitter) => {
    const isPreview = submitter !== find("handover-go");
    const successors = [...rows.children].map((line) => ({
      user: Number(line.querySelector("select").value),
      share: Number(line.querySelector("input").value),
    }));
    const path = `/v1/users/${leaving.id}/handover`;
    const answer = await send("POST", path, { successors, reason: reason || null, preview: isPreview });
    fill(find("outcome"), isPreview ? preview(answer.resources) : [element("p", {}, await outcome(answer))]);
  });

  /** What each would get, and what would stay. */
  function preview(resources) {
    return resources.map(({ resource, successors, staying }) => {
      const known = company.resources.find((each) => each.name === resource);
      const gets = successors.map(({ user, count }) => `${company.person(user)?.name}: ${count}`);
      if (staying.count) gets.push(say("staying", { count: staying.count }));
      return element("p", {}, `${label(known.label)} · ${gets.join(", ") || "0"}`);
    });
  }

  /** Waits for the end of the job that does it. */
  async function outcome(job) {
    let found = job;
    while (["waiting", "running"].includes(found.state)) {
      await new Promise((resolve) => setTimeout(resolve, patience));
      found = await get(`/v1/jobs/${job.id}`);
    }
    return found.error ? found.error.message : say("handedOver", { count: found.done });
  }

  return (person, hint = "") => {
    leaving = person;
    put(form, {});
    find("handover-title").textContent = say("handoverOf", { name: person.name });
    find("handover-hint").textContent = hint;
    fill(rows, [row()]);
    fill(find("outcome"), []);
    dialog.showModal();
    rows.querySelector("select").focus();
  };
}
