// Sends each request that comes as a line of JSON on standard input and prints its answer as a line of JSON.

import { createInterface } from "node:readline";

for await (const line of createInterface({ input: process.stdin })) {
  const { url, ...options } = JSON.parse(line);
  const answer = await fetch(url, options);
  const result = { status: answer.status, headers: [...answer.headers], text: await answer.text() };
  console.log(JSON.stringify(result));
}
