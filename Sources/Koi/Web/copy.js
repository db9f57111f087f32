// Buttons that copy what another element shows: `data-copies` is its id.

import { say } from "./words.js";

const patience = 2_000;

export function offerCopies() {
  for (const button of document.querySelectorAll("[data-copies]")) {
    button.addEventListener("click", () => copy(document.getElementById(button.dataset.copies), button));
  }
}

async function copy(source, button) {
  select(source);
  try {
    await navigator.clipboard.writeText(source.value ?? source.textContent);
  } catch {
    // Without TLS a browser has no clipboard for scripts; the text is selected, and the keyboard copies it.
    button.textContent = say("copyByKeyboard");
    return;
  }
  button.textContent = say("copied");
  setTimeout(() => (button.textContent = say("copy")), patience);
}

function select(source) {
  source.focus();
  if (source.select) source.select();
  else getSelection().selectAllChildren(source);
}
