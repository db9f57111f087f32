// The API as the pages ask it: by the cookie of who is signed in, in the language of the page.

import { language, say } from "./words.js";

/** Why a request was not answered: a status, 0 without an answer, and a sentence to show. */
export class Problem extends Error {
  constructor(status, body = {}) {
    super(body.detail ?? body.title ?? say("unreachable"));
    this.status = status;
    this.code = body.code;
    /** Each bad field with its sentence. */
    this.issues = body.errors ?? [];
  }

  /** The first sentence that says what to do. */
  get sentence() {
    return this.issues[0]?.message ?? this.message;
  }
}

/** Asks for `path` with those parameters that have a value. Throws a `Problem`. */
export function get(path, parameters = {}, { signal } = {}) {
  const query = new URLSearchParams(Object.entries(parameters).filter(([, value]) => value));
  return ask(query.size ? `${path}?${query}` : path, { signal });
}

/** Sends `body`; gives what was answered, null for nothing. With `version`, only where nobody changed the record since. */
export function send(method, path, body, { version } = {}) {
  const headers = {};
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (version !== undefined) headers["If-Match"] = `"${version}"`;
  return ask(path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
}

/** Every record of a list, page after page. */
export async function all(path, parameters = {}) {
  const items = [];
  let cursor = "";
  do {
    const page = await get(path, { ...parameters, limit: "500", cursor });
    items.push(...page.items);
    cursor = page.next;
  } while (cursor);
  return items;
}

async function ask(target, options) {
  const headers = { Accept: "application/json", "Accept-Language": language, ...options.headers };
  const { answer, body } = await reach(target, { ...options, headers });
  if (answer.ok) return body;
  throw new Problem(answer.status, body ?? { title: answer.statusText });
}

async function reach(target, options) {
  try {
    const answer = await fetch(target, options);
    const text = await answer.text();
    return { answer, body: text ? JSON.parse(text) : null };
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem(0);
  }
}
