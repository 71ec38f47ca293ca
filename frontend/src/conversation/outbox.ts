/** What was written and is not safe on the server yet: drafts, and starts that a reload repeats under their key. */

import { userId } from "../session";
import { forTab } from "../ui/store";
import type { Start } from "../wire";

export interface Unsent {
  key: string;
  body: Start;
}

// Whoever signs in next in this tab must neither see nor send what somebody else wrote.
const place = (kind: string, conversation: string | null): string => `${kind}:${userId()}:${conversation ?? "new"}`;

export function keep(unsent: Unsent): void {
  forTab.set(place("outbox", unsent.body.convGroupId), JSON.stringify(unsent));
}

/** It is safe, or given up. Another start that was kept in its place since then stays. */
export function forget({ key, body }: Unsent): void {
  if (waiting(body.convGroupId)?.key === key) forTab.set(place("outbox", body.convGroupId), null);
}

export function waiting(conversation: string | null): Unsent | null {
  const kept = forTab.get(place("outbox", conversation));
  return kept === null ? null : (JSON.parse(kept) as Unsent);
}

export const draftOf = (conversation: string | null): string => forTab.get(place("draft", conversation)) ?? "";

export function keepDraft(conversation: string | null, text: string): void {
  forTab.set(place("draft", conversation), text);
}

/** The draft has moved from a new conversation to the one that it became; what was written in another new one stays. */
export function dropNewDraft(text: string): void {
  if (draftOf(null) === text) keepDraft(null, "");
}

/** Somebody signs out: nothing of theirs stays in the tab. */
export const forgetAll = (): void => forTab.clear();
