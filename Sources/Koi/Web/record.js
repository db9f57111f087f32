// One customer with all that is known of it, its contacts, who owns it and what happened, in a dialog.

import { get } from "./api.js";
import { element, fill } from "./elements.js";
import { ownership } from "./ownership.js";
import { timeline } from "./timeline.js";
import { full } from "./values.js";
import { label, say } from "./words.js";

const hidden = new Set(["id", "name", "version", "removedAt", "birthdayCalendar"]);

/** Returns a function that shows the customer of an id; `resources` are as /v1/schema has them. */
export function recordDialog(dialog, resources, me, report) {
  const known = resources.find((each) => each.name === "customers").fields;
  const title = dialog.querySelector("h2");
  const list = dialog.querySelector("dl");
  const contacts = document.getElementById("contacts");
  const contactsTitle = document.getElementById("contacts-title");
  const showOwners = ownership(me, report);
  const showTimeline = timeline(resources, me, report);

  function show(customer, people) {
    title.textContent = customer.name;
    fill(list, known.filter((field) => !hidden.has(field.name)).flatMap((field) => line(field, customer)));
    contactsTitle.hidden = contacts.hidden = people.length === 0;
    fill(contacts, people.map((person) => element("li", {}, describe(person, customer.id))));
    dialog.showModal();
    title.focus();
    showOwners(customer);
    showTimeline(customer);
  }

  return async (id) => {
    try {
      const [customer, people] = await Promise.all([
        get(`/v1/customers/${id}`, { expand: "owner" }),
        get("/v1/contacts", { customer: String(id), fields: "name,phone,mobile,customers", limit: "20" }),
      ]);
      report(null);
      show(customer, people.items);
    } catch (problem) {
      report(problem);
    }
  };
}

function line(field, customer) {
  const [name, inner] = field.name.split(".");
  const value = inner ? customer.custom?.[inner] : customer[name];
  const text = full(value, field, customer);
  return text ? [element("dt", {}, label(field.label)), element("dd", {}, text)] : [];
}

function describe(person, customer) {
  const link = person.customers.find((each) => each.customer === customer);
  const parts = [person.name, link?.role, link?.main ? say("main") : null, person.mobile ?? person.phone];
  return parts.filter(Boolean).join(" · ");
}
