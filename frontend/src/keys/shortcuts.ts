/** The keys of the page. Chosen as people know them from elsewhere, and so that text can still be written everywhere. */

import type { Word } from "../i18n";

export type Command = "palette" | "newChat" | "sidebar" | "composer" | "copyLast" | "previous" | "next" | "help";

export interface Shortcut {
  command: Command;
  /** "Mod" is ⌘ on a Mac, Ctrl elsewhere. */
  keys: string;
  word: Word;
  /** Without a modifier it is a character: not while somebody writes. */
  bare?: true;
  /** It moves through a text, or opens a list to choose from: only where neither is. */
  moves?: true;
}

export const shortcuts: readonly Shortcut[] = [
  { command: "palette", keys: "Mod+K", word: "palette" },
  { command: "newChat", keys: "Mod+Shift+O", word: "newChat" },
  { command: "sidebar", keys: "Mod+Shift+S", word: "toggleSidebar" },
  { command: "composer", keys: "Shift+Escape", word: "focusComposer" },
  { command: "composer", keys: "/", word: "focusComposer", bare: true },
  { command: "copyLast", keys: "Mod+Shift+C", word: "copyLast" },
  { command: "previous", keys: "Alt+ArrowUp", word: "previousConversation", moves: true },
  { command: "next", keys: "Alt+ArrowDown", word: "nextConversation", moves: true },
  { command: "help", keys: "?", word: "shortcuts", bare: true },
];

export const isMac = /mac|iphone|ipad/i.test(navigator.platform);

/** The shortcut that this key press is; none while an input method is at work. */
export function shortcutOf(event: KeyboardEvent): Shortcut | undefined {
  if (event.isComposing || event.keyCode === 229) return undefined;
  return shortcuts.find(({ keys, bare, moves }) =>
    bare ? isBare(event, keys) : isPressed(event, keys) && !(moves && movesIn(event.target)),
  );
}

/** Which key gives "?" differs between keyboards, and so does whether Shift does. */
function isBare(event: KeyboardEvent, key: string): boolean {
  return event.key === key && !event.ctrlKey && !event.metaKey && !event.altKey && !writes(event.target);
}

function isPressed(event: KeyboardEvent, keys: string): boolean {
  const parts = keys.split("+");
  const key = parts.pop()!;
  const mod = isMac ? event.metaKey && !event.ctrlKey : event.ctrlKey && !event.metaKey;
  const noMod = !event.metaKey && !event.ctrlKey;
  const modifiers = (parts.includes("Mod") ? mod : noMod) && parts.includes("Shift") === event.shiftKey;
  return modifiers && parts.includes("Alt") === event.altKey && isKey(event, key);
}

/** Letters also on keyboards of other alphabets, where the place of the key counts. */
function isKey({ key, code }: KeyboardEvent, wanted: string): boolean {
  if (wanted.length > 1) return key === wanted;
  return /^[a-z]$/i.test(key) ? key.toUpperCase() === wanted : code === `Key${wanted}`;
}

export const writes = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || target.matches("input, textarea, select"));

/** Whether Alt and an arrow mean something there: it holds words, or a choice. */
export const movesIn = (target: EventTarget | null): boolean =>
  writes(target) && ((target as HTMLElement).matches("select") || (target as HTMLInputElement).value !== "");

const CAPS: Record<string, string> = { ArrowUp: "↑", ArrowDown: "↓", Escape: "Esc" };
const MAC_CAPS: Record<string, string> = { Mod: "⌘", Shift: "⇧", Alt: "⌥" };

/** What stands on the keys. */
export const caps = (keys: string): string[] =>
  keys.split("+").map((key) => (isMac && MAC_CAPS[key]) || CAPS[key] || (key === "Mod" ? "Ctrl" : key));
