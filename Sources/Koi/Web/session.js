// Who is signed in, and what they may do.

import { get, send } from "./api.js";
import { prefer } from "./words.js";

// The cookie cannot be read by a script; this only says whether asking is worth it.
const place = "koi.signedIn";

/** The person who is signed in, as /v1/me has them; null for nobody. */
export async function whoIsSignedIn() {
  if (!mayBeSignedIn()) return null;
  try {
    const me = await get("/v1/me");
    prefer(me.language);
    return me;
  } catch (problem) {
    if (problem.status !== 401) throw problem;
    remember(false);
    return null;
  }
}

/** @param proof `{email, password}`, and `code` where a second factor is on */
export async function signIn(proof) {
  await send("POST", "/v1/sessions", proof);
  remember(true);
}

export async function signOut() {
  try {
    await send("DELETE", "/v1/sessions/current");
  } catch (problem) {
    // Who is not signed in any more is signed out.
    if (problem.status !== 401) throw problem;
  }
  remember(false);
}

/** How far a right on a resource or area reaches: `none`, `own`, `team` or `all`. */
export function reach(me, verb, name) {
  return me?.rights?.[name]?.[verb] ?? "none";
}

/** Whether somebody may do something with a resource or area at all. */
export function may(me, verb, name) {
  return reach(me, verb, name) !== "none";
}

function mayBeSignedIn() {
  try {
    return localStorage.getItem(place) === "yes";
  } catch {
    return true;
  }
}

export function remember(isSignedIn) {
  try {
    if (isSignedIn) localStorage.setItem(place, "yes");
    else localStorage.removeItem(place);
  } catch {
    // A browser without storage asks each time.
  }
}
