// Dialogs, and buttons within them that close them.

export function offerClosing() {
  for (const button of document.querySelectorAll("dialog [data-closes]")) {
    button.addEventListener("click", () => button.closest("dialog").close());
  }
}
