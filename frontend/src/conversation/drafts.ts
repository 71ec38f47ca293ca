/** What is being written and was not sent yet. It survives a reload of the tab, and signing in again. */

import { SvelteMap } from "svelte/reactivity";
import { userId } from "../session";
import { forTab } from "../ui/store";
import type { Attachment, Params } from "../wire";

/** What a conversation is held with, beside what is said in it. */
export interface Terms {
  system: string;
  params: Params;
  temporary: boolean;
}

export const NO_TERMS: Terms = { system: "", params: {}, temporary: false };

// Whoever signs in next in this tab must neither see nor send what somebody else wrote.
const place = (kind: string, conversation: string | null): string => `${kind}:${userId()}:${conversation ?? "new"}`;

/** As they were changed since the page was loaded, by their place: what is read of them is reactive. */
const changed = new SvelteMap<string, string>();
const read = (at: string): string => changed.get(at) ?? forTab.get(at) ?? "";

function write(at: string, text: string): void {
  changed.set(at, text);
  forTab.set(at, text);
}

/** What the composer of this conversation holds; all new ones share theirs. */
export const textOf = (conversation: string | null): string => read(place("draft", conversation));

export const keepText = (conversation: string | null, text: string): void => write(place("draft", conversation), text);

/** The files beside it that the server has. */
export const filesOf = (conversation: string | null): Attachment[] =>
  JSON.parse(read(place("files", conversation)) || "[]") as Attachment[];

export const keepFiles = (conversation: string | null, files: readonly Attachment[]): void =>
  write(place("files", conversation), files.length === 0 ? "" : JSON.stringify(files));

/** What the next new conversation begins with. */
export const newTerms = (): Terms => ({ ...NO_TERMS, ...(JSON.parse(read(place("terms", null)) || "{}") as Partial<Terms>) });

export const keepNewTerms = (terms: Terms): void => write(place("terms", null), JSON.stringify(terms));

/** What was not sent stands before what has been written since. */
export function giveBack(conversation: string | null, text: string, files: readonly Attachment[] = []): void {
  keepText(conversation, [text, textOf(conversation)].filter(Boolean).join("\n\n"));
  keepFiles(conversation, [...files, ...filesOf(conversation)]);
}

/** The new conversation on view has become this one: its draft goes with it. */
export function moveNew(conversation: string): void {
  keepText(conversation, textOf(null));
  keepFiles(conversation, filesOf(null));
  keepText(null, "");
  keepFiles(null, []);
}

/** Somebody signs out: nothing of theirs stays in the tab. */
export function forgetAll(): void {
  changed.clear();
  forTab.clear();
}
