/**
 * Ends what an unfinished text has begun, for showing only: `**bo` is shown bold at once instead of as two stars that
 * vanish later. The text itself is never changed, and a closed block is rendered without this.
 */

/** Code spans that are complete, whose contents are none of our business. */
const codeSpan = /(`+)(?!`)[\s\S]*?[^`]\1(?!`)/g;

export function mend(source: string): string {
  if ((source.match(/^\s*(?:```|~~~)/gm) ?? []).length % 2 === 1) return source;
  const start = source.lastIndexOf("\n\n") + 1;
  const head = source.slice(0, start);
  return head + closeMarks(cutLink(source.slice(start).replace(/[*_~`[!<]+$/, "")));
}

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
