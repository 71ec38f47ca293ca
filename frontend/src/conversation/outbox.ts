/** What was written and is not safe on the server yet: drafts, and starts, which a reload repeats under their key. */

import { SvelteMap } from "svelte/reactivity";
import { userId } from "../session";
import { forTab } from "../ui/store";
import type { Start } from "../wire";
import type { Refusal } from "./item";

export interface Unsent {
  key: string;
  body: Start;
  /** When it was sent; milliseconds since 1970. */
  at: number;
  /** The server did not accept it: shown again, but not repeated by itself. */
  refusal?: Refusal;
}

// Whoever signs in next in this tab must neither see nor send what somebody else wrote.
const place = (kind: string, name: string): string => `${kind}:${userId()}:${name}`;

/** Each start has an entry of its own, so that none can take the place of another. */
export const keep = (unsent: Unsent): void => forTab.set(place("outbox", unsent.key), JSON.stringify(unsent));

/** It is safe, or given up. */
export const forget = (key: string): void => forTab.set(place("outbox", key), null);

/** All that is kept, of all conversations; newest first. */
export function waiting(): Unsent[] {
  const entries = forTab.startingWith(place("outbox", "")).map((entry) => JSON.parse(entry) as Unsent);
  return entries.sort((a, b) => b.at - a.at);
}

/** Drafts by their place, as they were changed since the page was loaded: what is read of them is reactive. */
const drafts = new SvelteMap<string, string>();
const draftPlace = (conversation: string | null): string => place("draft", conversation ?? "new");

/** What the composer of this conversation holds; all new ones share theirs. */
export function draftOf(conversation: string | null): string {
  const at = draftPlace(conversation);
  return drafts.get(at) ?? forTab.get(at) ?? "";
}

export function keepDraft(conversation: string | null, text: string): void {
  const at = draftPlace(conversation);
  drafts.set(at, text);
  forTab.set(at, text);
}

/** What was not sent stands before what has been written since. */
export function giveBack(conversation: string | null, text: string): void {
  keepDraft(conversation, [text, draftOf(conversation)].filter(Boolean).join("\n\n"));
}

/** The new conversation on view has become this one: its draft goes with it. */
export function moveNewDraft(conversation: string): void {
  keepDraft(conversation, draftOf(null));
  keepDraft(null, "");
}

/** Somebody signs out: nothing of theirs stays in the tab. */
export function forgetAll(): void {
  drafts.clear();
  forTab.clear();
}
