// Says whether the server answers, and keeps looking while the page is seen.

import { get } from "./api.js";
import { say } from "./words.js";

const interval = 15_000;

export function watchHealth(element) {
  let word = "asking";
  const show = () => {
    element.dataset.state = word === "up" || word === "asking" ? word : "down";
    // Spoken only when it changes.
    if (element.textContent !== say(word)) element.textContent = say(word);
  };
  const look = async () => {
    if (document.hidden) return;
    try {
      await get("/health");
      word = "up";
    } catch (problem) {
      word = problem.status === 503 ? "readOnly" : "down";
    }
    show();
  };
  document.addEventListener("visibilitychange", look);
  document.addEventListener("koi:language", show);
  setInterval(look, interval);
  show();
  look();
}
