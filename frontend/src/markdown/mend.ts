/**
 * Ends what an unfinished text has begun, for showing only: `**bo` is shown bold at once instead of as two stars that
 * vanish later. The text itself is never changed, and a closed block is rendered without this.
 */

import { mathEnd } from "./lines";

/** Code spans that are complete, whose contents are none of our business. */
const codeSpan = /(`+)(?!`)[\s\S]*?[^`]\1(?!`)/g;

export function mend(source: string): string {
  if ((source.match(/^\s*(?:```|~~~)/gm) ?? []).length % 2 === 1) return source;
  if (isOpenFormula(source)) return asSource(source);
  const start = source.lastIndexOf("\n\n") + 1;
  const head = source.slice(0, start);
  const tail = source.slice(start);
  const formula = /[$\\]/.test(tail) ? formulaAt(tail) : -1;
  if (formula >= 0) return head + closeMarks(cutLink(tail.slice(0, formula))) + asSource(tail.slice(formula));
  return head + closeMarks(cutLink(tail.replace(/[*_~`[!<]+$/, "")));
}

/** A formula that is a block of its own, and whose end has not come. */
const isOpenFormula = (source: string): boolean =>
  mathEnd(source.split("\n", 1)[0]!) !== null && !/^ {0,3}(?:\$\$[\s\S]*\$\$|\\\[[\s\S]*\\\])/.test(source);

/** Where, in the text of one paragraph, a formula begins that does not end; -1 for none. */
function formulaAt(text: string): number {
  const rest = text.replace(WHOLE, (whole) => " ".repeat(whole.length));
  return rest.search(/\\[([]|\$\$|(?<![A-Za-z0-9\\])\$(?=[^\s$][^$]{0,200}$)(?=[^$]*[\\^_{])/);
}

/** Code spans, formulas that have their end, and characters that are escaped. */
const WHOLE = /(`+)(?!`)[\s\S]*?[^`]\1(?!`)|\$\$[\s\S]+?\$\$|\\\([\s\S]+?\\\)|\\\[[\s\S]+?\\\]|\$(?=\S)(?:\\.|[^$\\])+\$|\\[^([]/g;

/** Markdown that shows this text as it is. */
const asSource = (text: string): string =>
  `<samp>${text.trim().replace(/[^\p{L}\p{N}\s]/gu, (char) => `&#${char.codePointAt(0)!};`).replaceAll("\n", "<br>")}</samp>`;

/** `see [the page](https://a.c` shows "see the page" until the address is whole. */
const cutLink = (text: string): string => text.replace(/!?\[([^\]\n]*)(?:\]\([^)\s]*)?$/, "$1").replace(/<\/?[a-z][^>\n]{0,80}$/i, "");

function closeMarks(text: string): string {
  const plain = text.replace(codeSpan, "");
  const tick = /(`+)[^`]+$/.exec(plain)?.[1];
  if (tick !== undefined) return text + tick;
  let open = "";
  for (const mark of ["~~", "**"]) {
    const rest = plain.split(mark);
    if (rest.length % 2 === 0 && /^\S/.test(rest.at(-1)!)) open += mark;
  }
  const end = text.trimEnd();
  return open === "" ? text : end + open + text.slice(end.length);
}
