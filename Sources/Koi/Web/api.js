// The API as the pages ask it: with the key of this tab, in the language of the page.

import { language, say } from "./words.js";

const place = "koi.key";

/** Why a request was not answered: a status, 0 without an answer, and a sentence to show. */
export class Problem extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

export const key = {
  get: () => sessionStorage.getItem(place),
  set: (value) => sessionStorage.setItem(place, value),
  forget: () => sessionStorage.removeItem(place),
};

/** Asks for `path` with those parameters that have a value. Throws a `Problem`. */
export async function get(path, parameters = {}, { bearer = key.get(), signal } = {}) {
  const query = new URLSearchParams(Object.entries(parameters).filter(([, value]) => value));
  const headers = { Accept: "application/json", "Accept-Language": language };
  // What a header cannot hold is no key: the server says so.
  if (bearer) headers.Authorization = "Bearer " + bearer.replace(/[^\x21-\x7e]/g, "?");
  const { answer, body } = await reach(query.size ? `${path}?${query}` : path, { headers, signal });
  if (answer.ok) return body;
  throw new Problem(answer.status, body.errors?.[0]?.message ?? body.detail ?? answer.statusText);
}

async function reach(target, options) {
  try {
    const answer = await fetch(target, options);
    return { answer, body: await answer.json() };
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem(0, say("unreachable"));
  }
}
