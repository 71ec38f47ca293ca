/** A command that does something with a key, to be pasted into a terminal. The secret needs no quoting: it is of A-Za-z0-9_-. */

import type { ApiKey } from "../../wire";

export function example({ key, scopes }: ApiKey & { key: string }): string {
  const bearer = `-H "Authorization: Bearer ${key}"`;
  if (!scopes.includes("chat")) return `curl ${location.origin}/api/conversations \\\n  ${bearer}`;
  return [`curl -N ${location.origin}/api/chat`, bearer, `-H "Content-Type: application/json"`, `-d '{"request": "Hello"}'`].join(" \\\n  ");
}
