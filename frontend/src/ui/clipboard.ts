/** Copying, also on plain HTTP, where browsers hide navigator.clipboard. */

import { announce } from "./announce.svelte";
import { t } from "../i18n";

const WORD_MS = 1600;
/** When a button is as before again. */
const timers = new WeakMap<Element, ReturnType<typeof setTimeout>>();

/** Copies, and lets the button say so for a moment. */
export async function copyText(text: string, button: Element): Promise<void> {
  const copied = await write(text.replace(/\n$/, ""));
  const word = t(copied ? "copied" : "copyFailed");
  announce(word);
  button.setAttribute("data-said", word);
  clearTimeout(timers.get(button));
  timers.set(button, setTimeout(() => button.removeAttribute("data-said"), WORD_MS));
}

async function write(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return writeBySelection(text);
  }
}

function writeBySelection(text: string): boolean {
  const area = document.createElement("textarea");
  area.value = text;
  area.readOnly = true;
  area.className = "offscreen";
  // Inside an open dialog the rest of the page is inert and could not be selected.
  (document.querySelector("dialog[open]") ?? document.body).append(area);
  const focused = document.activeElement as HTMLElement | null;
  area.select();
  const copied = document.execCommand("copy");
  area.remove();
  focused?.focus({ preventScroll: true });
  return copied;
}
