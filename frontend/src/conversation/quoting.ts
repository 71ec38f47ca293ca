/** What of an answer is selected, and how it stands in a draft. */

/** The selection, when all of it is text of one answer. */
export function quotable(selection: Selection | null): Range | null {
  if (selection?.type !== "Range") return null;
  const whole = selection.getRangeAt(0);
  const start = whole.startContainer;
  const text = (start instanceof Element ? start : start.parentElement)?.closest(".answer .markdown");
  if (!text) return null;
  const range = whole.cloneRange();
  // A triple click on the last line selects up to where the next element begins.
  if (!text.contains(range.endContainer)) range.setEnd(text, text.childNodes.length);
  const words = range.toString().trim();
  return words !== "" && words === whole.toString().trim() ? range : null;
}

/** The draft with these words as a quotation at its end, and room to write below it. */
export function withQuote(draft: string, words: string): string {
  const lines = words.trim().replace(/\n{3,}/g, "\n\n").split("\n");
  const quote = lines.map((line) => `> ${line}`.trimEnd()).join("\n");
  return `${draft.trim() === "" ? "" : `${draft.trimEnd()}\n\n`}${quote}\n\n`;
}
