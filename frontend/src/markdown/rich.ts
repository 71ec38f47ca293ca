/** Copying what is shown, with formulas as their TeX, so that they can be pasted where they are written. */

import { writeText } from "../ui/clipboard";

/** What belongs to the page and not to the text. */
const TOOLS = "button, figcaption, iframe";

interface Copied {
  text: string;
  html: string;
}

/** Give what is selected to the clipboard, when a formula is in it; else the browser does it by itself. */
export function copySelected(event: ClipboardEvent): void {
  const selection = getSelection();
  if (!selection || selection.isCollapsed || !event.clipboardData) return;
  const copied = copiedOf(fragmentOf(selection.getRangeAt(0)));
  if (copied !== null) give(copied, event);
}

/** The words of a range as the lines in which they stand. */
export function textOf(range: Range): string {
  return aroundOf(range)?.closest("pre") ? range.toString() : written(fragmentOf(range)).text;
}

/** Copy this part of the page as rich text; returns whether it was done. */
export async function copyRich(element: Element): Promise<boolean> {
  const fragment = document.createDocumentFragment();
  fragment.append(element.cloneNode(true));
  const { text, html } = written(fragment);
  try {
    const blob = (type: string, content: string) => ({ [type]: new Blob([content], { type }) });
    await navigator.clipboard.write([new ClipboardItem({ ...blob("text/plain", text), ...blob("text/html", html) })]);
    return true;
  } catch {
    return copyBySelection({ text, html }) || writeText(text);
  }
}

/** On plain HTTP browsers hide navigator.clipboard: they copy only what is selected, but let the page say what that is. */
function copyBySelection(copied: Copied): boolean {
  const selection = getSelection()!;
  const before = selection.rangeCount > 0 ? selection.getRangeAt(0) : null;
  let given = false;
  const oncopy = (event: ClipboardEvent): void => {
    event.stopImmediatePropagation();
    give(copied, event);
    given = true;
  };
  document.addEventListener("copy", oncopy, { capture: true, once: true });
  selection.selectAllChildren(document.body);
  document.execCommand("copy");
  document.removeEventListener("copy", oncopy, { capture: true });
  selection.removeAllRanges();
  if (before) selection.addRange(before);
  return given;
}

function give({ text, html }: Copied, event: ClipboardEvent): void {
  event.clipboardData!.setData("text/plain", text);
  event.clipboardData!.setData("text/html", html);
  event.preventDefault();
}

/** The range; the whole formula, when it lies inside of one. */
function fragmentOf(range: Range): DocumentFragment {
  const formula = aroundOf(range)?.closest("math");
  if (!formula) return range.cloneContents();
  const fragment = document.createDocumentFragment();
  fragment.append(formula.cloneNode(true));
  return fragment;
}

function aroundOf({ commonAncestorContainer: around }: Range): Element | null {
  return around instanceof Element ? around : around.parentElement;
}

const copiedOf = (fragment: DocumentFragment): Copied | null => (fragment.querySelector("math") ? written(fragment) : null);

function written(fragment: DocumentFragment): Copied {
  for (const tool of fragment.querySelectorAll(TOOLS)) tool.remove();
  // With a paragraph in each item a list would be pasted with empty lines in it.
  for (const first of fragment.querySelectorAll("li > p:first-child")) first.replaceWith(...first.childNodes);
  for (const math of fragment.querySelectorAll("math")) math.replaceWith(math.getAttribute("alttext") ?? "");
  const room = document.createElement("div");
  room.className = "offscreen";
  room.append(fragment);
  // Only what is laid out has lines.
  document.body.append(room);
  const copied = { text: room.innerText.trim(), html: room.innerHTML };
  room.remove();
  return copied;
}
