// What the pages say, in the language of the page. The names of fields and choices come from /v1/schema.

import { chinese } from "./chinese.js";
import { english } from "./english.js";

const all = { en: english, zh: chinese };
const place = "koi.language";

/** `en` or `zh`: as chosen before, else as the browser prefers. */
export let language = remembered() ?? (navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en");

function remembered() {
  try {
    const choice = localStorage.getItem(place);
    return Object.hasOwn(all, choice ?? "") ? choice : null;
  } catch {
    return null;
  }
}

/** The text of that name, with {…} filled in. */
export function say(name, values = {}) {
  return all[language][name].replace(/\{(\w+)\}/g, (_, key) => values[key]);
}

/** All texts in the language of the page, by name. */
export const words = () => all[language];

/** The label in the language of the page, of `{"en": …, "zh": …}`. */
export function label(text) {
  return text[language];
}

/** A role by its own name, but those that Koi brings along in the language of the page. */
export function roleName(role) {
  return all[language][`role_${role.key}`] ?? role.name;
}

/** Writes every marked element in the language of the page. */
export function translate() {
  document.documentElement.lang = language;
  for (const element of document.querySelectorAll("[data-text]")) element.textContent = say(element.dataset.text);
  for (const element of document.querySelectorAll("[data-placeholder]")) element.placeholder = say(element.dataset.placeholder);
  for (const element of document.querySelectorAll("[data-label]")) element.ariaLabel = say(element.dataset.label);
}

/** Changes the language, remembers it, and tells of it by the event `koi:language` of the document. */
export function choose(choice) {
  try {
    localStorage.setItem(place, choice);
  } catch {
    // A browser without storage forgets the choice with the page.
  }
  change(choice);
}

/** The language of who is signed in, where none was chosen in this browser. */
export function prefer(choice) {
  if (Object.hasOwn(all, choice) && !remembered()) change(choice);
}

function change(choice) {
  if (choice === language) return;
  language = choice;
  translate();
  document.dispatchEvent(new Event("koi:language"));
}

/** Lets a button change the language. */
export function offerLanguages(button) {
  const name = () => {
    button.textContent = say("otherLanguage");
    button.lang = language === "en" ? "zh" : "en";
  };
  button.addEventListener("click", () => choose(language === "en" ? "zh" : "en"));
  document.addEventListener("koi:language", name);
  name();
}
