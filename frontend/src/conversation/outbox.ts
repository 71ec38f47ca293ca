/**
 * Starts that the server has not confirmed: kept for this browser until they are, so that neither a reload nor a closed
 * tab loses one. Each is sent under its key, which makes it happen once however often it is sent; a lock lets only one
 * tab at a time send it, so that Cancel there is the end of it.
 */

import { userId } from "../session";
import { forBrowser } from "../ui/store";
import type { Attachment, Start } from "../wire";
import * as drafts from "./drafts";
import type { Refusal } from "./item";

export interface Unsent {
  key: string;
  body: Start;
  /** What `body.attachments` names, to be shown. */
  files?: Attachment[];
  /** When it was sent; milliseconds since 1970. */
  at: number;
  /** The server did not accept it: shown again, but not repeated by itself. */
  refusal?: Refusal;
}

const PREFIX = "outbox:";
/** The tab that keeps a start asks for its lock first, however slow it is. */
const HEAD_START_MS = 1000;
// Whoever signs in next in this browser must neither see nor send what somebody else wrote.
const ours = (): string => `${PREFIX}${userId()}:`;

/** How to give back the lock on a start, by its key. */
const held = new Map<string, () => void>();

/** Each start has an entry of its own, so that none can take the place of another. */
export function keep(unsent: Unsent): void {
  if (!held.has(unsent.key)) void claim(unsent.key);
  forBrowser.set(ours() + unsent.key, JSON.stringify(unsent));
}

/** It is safe, or given up. */
export function forget(key: string): void {
  forBrowser.set(ours() + key, null);
  held.get(key)?.();
  held.delete(key);
}

/** All that is kept, of all conversations; newest first. */
export function waiting(): Unsent[] {
  const entries = forBrowser.startingWith(ours()).map((entry) => JSON.parse(entry) as Unsent);
  return entries.sort((a, b) => b.at - a.at);
}

/** What is kept under this key, once no other tab has it; null when that tab was done with it. */
export async function takeOver(key: string): Promise<Unsent | null> {
  await claim(key);
  return find(key);
}

function find(key: string): Unsent | null {
  const entry = forBrowser.get(ours() + key);
  return entry === null ? null : (JSON.parse(entry) as Unsent);
}

/** Resolves once this tab holds the start; the browser frees it when the tab is gone. Without locks (plain HTTP), at once. */
function claim(key: string): Promise<void> {
  return new Promise((resolve) => {
    if (!("locks" in navigator)) return resolve();
    void navigator.locks.request(ours() + key, () => {
      resolve();
      return find(key) && new Promise<void>((free) => held.set(key, free));
    });
  });
}

/** Keys that another tab begins to keep, or (`gone`) forgets. Returns what ends the listening. */
export function onElsewhere(tell: (key: string, gone: boolean) => void): () => void {
  const onstorage = ({ key, newValue, oldValue }: StorageEvent): void => {
    if (!key?.startsWith(ours())) return;
    const start = key.slice(ours().length);
    if (newValue === null) tell(start, true);
    else if (oldValue === null) setTimeout(() => tell(start, false), HEAD_START_MS);
  };
  addEventListener("storage", onstorage);
  return () => removeEventListener("storage", onstorage);
}

/** Somebody signs out: nothing that they wrote stays in the browser. */
export function forgetAll(): void {
  drafts.forgetAll();
  for (const { key } of waiting()) forget(key);
}
