// Forms: what is wrong is said at the field that it is about, and nothing is sent twice.

import { element } from "./elements.js";
import { say } from "./words.js";

/**
 * Calls `act` with the values of a form when it is sent, and shows the `Problem` that it throws.
 *
 * @param act is given the values by name, texts trimmed but for passwords; a box that can be ticked gives true or false
 */
export function onSubmit(form, act) {
  form.noValidate = true;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (form.ariaBusy === "true") return;
    clear(form);
    if (!requireValues(form)) return;
    form.ariaBusy = "true";
    const buttons = [...form.querySelectorAll("button")].filter((button) => !button.disabled);
    for (const button of buttons) button.disabled = true;
    try {
      await act(values(form), event.submitter);
    } catch (problem) {
      show(form, problem);
    } finally {
      form.ariaBusy = "false";
      for (const button of buttons) button.disabled = false;
      // A button that was disabled has lost the focus.
      if (document.activeElement === document.body) (form.querySelector("[aria-invalid]") ?? event.submitter)?.focus();
    }
  });
}

export function values(form) {
  const entries = [...form.elements].filter((input) => input.name).map((input) => [input.name, value(input)]);
  return Object.fromEntries(entries);
}

function value(input) {
  if (input.type === "checkbox") return input.checked;
  return input.type === "password" ? input.value : input.value.trim();
}

/** Fills a form with a record; what the record has not is emptied. */
export function put(form, record) {
  clear(form);
  for (const input of form.elements) {
    if (!input.name) continue;
    if (input.type === "checkbox") input.checked = record[input.name] === true;
    else input.value = record[input.name] ?? "";
  }
}

/** Takes away what was said before. */
export function clear(form) {
  for (const said of form.querySelectorAll(".issue")) said.remove();
  for (const input of form.querySelectorAll("[aria-invalid]")) {
    input.removeAttribute("aria-invalid");
    input.removeAttribute("aria-errormessage");
  }
  tell(form, "");
}

/** Says what is wrong: at the fields where it is about fields of this form, below all of them otherwise. */
export function show(form, problem) {
  const rest = [];
  for (const { field, message } of problem.issues ?? []) {
    const input = form.elements.namedItem(field);
    if (input instanceof HTMLElement && input.type !== "hidden") sayAt(input, message);
    else rest.push(message);
  }
  const isSaid = form.querySelector("[aria-invalid]") !== null;
  if (rest.length) tell(form, rest.join(" "));
  else if (!isSaid) tell(form, problem.message);
  form.querySelector("[aria-invalid]")?.focus();
}

function requireValues(form) {
  const empty = [...form.elements].filter((input) => input.required && !input.closest("[hidden]") && !value(input));
  for (const input of empty) sayAt(input, say("required"));
  empty[0]?.focus();
  return empty.length === 0;
}

export function sayAt(input, message) {
  const id = `${input.id}-issue`;
  input.setAttribute("aria-invalid", "true");
  input.setAttribute("aria-errormessage", id);
  input.closest(".field").append(element("p", { class: "issue", id, role: "alert" }, message));
}

function tell(form, message) {
  const place = form.querySelector(".problem");
  place.hidden = !message;
  place.textContent = message;
}
