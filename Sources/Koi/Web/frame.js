// What all pages share: where one can go, the language, who is signed in, and whether the server is up.

import { bell } from "./bell.js";
import { element, fill } from "./elements.js";
import { watchHealth } from "./health.js";
import { may, remember, signOut, whoIsSignedIn } from "./session.js";
import { offerLanguages, say, translate } from "./words.js";

const places = [
  { name: "customers", path: "/", isFor: (me) => may(me, "read", "customers") },
  { name: "team", path: "/team.html", isFor: (me) => may(me, "read", "users") },
  { name: "log", path: "/log.html", isFor: (me) => may(me, "read", "events") },
  { name: "settings", path: "/settings.html", isFor: (me) => may(me, "change", "settings") },
  { name: "account", path: "/account.html", isFor: () => true },
];

/** Draws the frame of the page of that name, and gives a function that shows who is signed in, or nobody. */
export function frame(current) {
  const nav = element("nav", { class: "places", "data-label": "places" });
  const leave = element("button", { class: "place", id: "sign-out", type: "button", "data-text": "signOut" });
  const languages = element("button", { class: "quiet", id: "language", type: "button" });
  const logo = element("img", { src: "/koi.svg", alt: "", width: "32", height: "32" });
  const brand = element("a", { class: "brand", href: "/" }, [logo, " Koi"]);
  const notifications = bell(tell);
  nav.hidden = true;
  fill(document.querySelector("header.top"), [brand, nav, notifications.opener, languages]);
  fill(document.querySelector("footer.bottom"), [
    element("p", { class: "health", id: "health", role: "status" }),
    element("a", { href: "/openapi.yaml", "data-text": "api" }),
    element("span", { "data-text": "license" }),
  ]);
  leave.addEventListener("click", async () => {
    leave.disabled = true;
    try {
      await signOut();
      location.assign("/");
    } catch (problem) {
      leave.disabled = false;
      tell(problem);
    }
  });
  translate();
  offerLanguages(languages);
  watchHealth(document.getElementById("health"));

  return (me) => {
    nav.hidden = !me;
    if (!me) return;
    const entitle = () => (document.title = `${say(current)} · Koi`);
    document.addEventListener("koi:language", entitle);
    entitle();
    fill(nav, [...places.filter((place) => place.isFor(me)).map((place) => link(place, place.name === current)), leave]);
    leave.textContent = say("signOut");
    notifications.start();
  };
}

function link({ name, path }, isHere) {
  const made = element("a", { class: "place", href: path, "data-text": name }, say(name));
  if (isHere) made.setAttribute("aria-current", "page");
  return made;
}

/** Begins a page for people who are signed in; who is not is asked to, and comes back. */
export async function begin(current) {
  const show = frame(current);
  try {
    const me = await whoIsSignedIn();
    if (!me) return askToSignIn(current);
    show(me);
    document.getElementById("content").hidden = false;
    return me;
  } catch (problem) {
    tell(problem);
    return new Promise(() => {});
  }
}

function askToSignIn(current) {
  location.replace(`/?to=${current}`);
  // Nothing more happens on this page.
  return new Promise(() => {});
}

/** Says what went wrong at the top of the page; null takes it away. Who is no longer signed in is asked to sign in. */
export function tell(problem) {
  if (problem?.status === 401) {
    remember(false);
    return location.reload();
  }
  const place = document.getElementById("problem");
  place.hidden = !problem;
  place.textContent = problem?.sentence ?? problem?.message ?? "";
  if (problem) place.scrollIntoView({ block: "nearest" });
}
