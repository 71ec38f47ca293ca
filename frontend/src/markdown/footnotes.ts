/** Footnotes: `[^1]` leads to `[^1]: …` in the same answer, and that leads back. A definition stands where it was written. */

import type { TokenizerAndRendererExtension } from "marked";
import { escape, keep } from "./sanitise";

const LABEL = "\\[\\^([^\\]\\s^]{1,40})\\]";
const REFERENCE = new RegExp(`^${LABEL}(?!:)`);
const DEFINITION = new RegExp(`^ {0,3}${LABEL}:[ \\t]+([^\\n]+(?:\\n(?! {0,3}\\[\\^|[ \\t]*\\n)[^\\n]+)*)(?:\\n+|$)`);

/** Buttons, not links: nothing is to enter the page's address, and labels are one answer's own. */
const button = (label: string, to: "note" | "reference", text: string): string =>
  keep(`<button type="button" class="note" data-${to}="${escape(label)}">${escape(text)}</button>`);

const reference: TokenizerAndRendererExtension = {
  name: "footnoteReference",
  level: "inline",
  start: (source) => source.indexOf("[^"),
  tokenizer(source) {
    const match = source.startsWith("[^") ? REFERENCE.exec(source) : null;
    return match ? { type: "footnoteReference", raw: match[0], label: match[1]! } : undefined;
  },
  renderer: ({ label }) => `<sup>${button(label as string, "note", label as string)}</sup>`,
};

const definition: TokenizerAndRendererExtension = {
  name: "footnote",
  level: "block",
  tokenizer(source) {
    const match = DEFINITION.exec(source);
    if (!match) return undefined;
    return { type: "footnote", raw: match[0], label: match[1]!, tokens: this.lexer.inline(match[2]!) };
  },
  renderer({ label, tokens }) {
    const back = button(label as string, "reference", `${label as string}.`);
    return `<p>${keep('<small class="footnote">')}${back} ${this.parser.parseInline(tokens ?? [])}${keep("</small>")}</p>\n`;
  },
};

export const footnoteExtensions = [reference, definition];

/** Go to the other end of a footnote, inside the same answer. */
export function followNote(clicked: Element, answer: Element): void {
  const { note, reference } = (clicked as HTMLElement).dataset;
  const [to, label] = note === undefined ? ["note", reference] : ["reference", note];
  if (label === undefined) return;
  const other = answer.querySelector<HTMLElement>(`button[data-${to}="${CSS.escape(label)}"]`);
  other?.scrollIntoView({ block: "center" });
  other?.focus({ preventScroll: true });
}
