/** What was written and is not safe on the server yet: drafts, and starts that a reload repeats under their key. */

import { forTab } from "../ui/store";
import type { Start } from "../wire";

export interface Unsent {
  key: string;
  body: Start;
}

const place = (conversation: string | null): string => `outbox:${conversation ?? "new"}`;

export function keep(unsent: Unsent): void {
  forTab.set(place(unsent.body.convGroupId), JSON.stringify(unsent));
}

export function forget(conversation: string | null): void {
  forTab.set(place(conversation), null);
}

export function waiting(conversation: string | null): Unsent | null {
  const kept = forTab.get(place(conversation));
  return kept === null ? null : (JSON.parse(kept) as Unsent);
}

export const draftOf = (conversation: string | null): string => forTab.get(draftPlace(conversation)) ?? "";

export function keepDraft(conversation: string | null, text: string): void {
  forTab.set(draftPlace(conversation), text);
}

const draftPlace = (conversation: string | null): string => `draft:${conversation ?? "new"}`;
