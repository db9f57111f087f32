// Where somebody is signed in, each with a button that ends it.

import { get, send } from "./api.js";
import { element, fill } from "./elements.js";
import { tell } from "./frame.js";
import { moment } from "./values.js";
import { say } from "./words.js";

/** Shows the sign-ins, and gives a function that shows them anew. */
export function sessionList(list) {
  let sessions = [];

  async function load() {
    try {
      sessions = (await get("/v1/sessions")).items;
      show();
    } catch (problem) {
      tell(problem);
    }
  }

  function show() {
    fill(list, sessions.map(row));
  }

  function row(session) {
    const device = element("span", { class: "main" }, deviceName(session.agent) || say("unknownDevice"));
    const facts = [session.address, session.lastUsedAt && say("lastUsed", { time: moment(session.lastUsedAt) })];
    const about = element("span", { class: "about" }, facts.filter(Boolean).join(" · "));
    return element("li", {}, [element("div", {}, [device, about]), session.current ? here() : ending(session)]);
  }

  const here = () => element("span", { class: "tag" }, say("thisOne"));

  function ending(session) {
    const button = element("button", { class: "quiet", type: "button" }, say("end"));
    button.addEventListener("click", async () => {
      button.disabled = true;
      try {
        await send("DELETE", `/v1/sessions/${session.id}`);
        await load();
      } catch (problem) {
        tell(problem);
        button.disabled = false;
      }
    });
    return button;
  }

  document.addEventListener("koi:language", show);
  load();
  return load;
}

// In the order to ask: an Edge says that it is a Chrome, and a Chrome that it is a Safari.
const browsers = [[/Edg/, "Edge"], [/OPR/, "Opera"], [/MicroMessenger/, "微信"], [/Firefox/, "Firefox"], [/Chrome/, "Chrome"], [/Safari/, "Safari"]];
const systems = [[/HarmonyOS/, "HarmonyOS"], [/Android/, "Android"], [/iPhone|iPad/, "iOS"], [/Windows/, "Windows"], [/Mac OS/, "macOS"], [/Linux/, "Linux"]];

/** A browser and its system as people call them; what is neither calls itself what it likes. */
function deviceName(agent = "") {
  const known = [browsers, systems].map((list) => list.find(([pattern]) => pattern.test(agent))?.[1]);
  return known.filter(Boolean).join(", ") || agent.slice(0, 80);
}
