/** What one line of Markdown begins: CommonMark's words, without its rarest corners. */

export interface Fence {
  indent: number;
  mark: string;
  language: string;
}

export interface Marker {
  indent: number;
  /** Column at which the item's text begins: what is indented this far belongs to the item. */
  content: number;
  /** Bullet, or the delimiter after a number: items of one list agree in it. */
  type: string;
  /** First number of an ordered list; null for bullets. */
  number: number | null;
  empty: boolean;
}

export const isBlank = (line: string): boolean => line.trim() === "";

/** Columns of white space before the text; a tab reaches to the next multiple of four. */
export function indentOf(line: string): number {
  let columns = 0;
  for (const char of line) {
    if (char === " ") columns += 1;
    else if (char === "\t") columns += 4 - (columns % 4);
    else break;
  }
  return columns;
}

export function fenceOf(line: string): Fence | null {
  const match = /^( {0,3})(`{3,}(?=[^`]*$)|~{3,})\s*(\S*)/.exec(line);
  return match && { indent: match[1]!.length, mark: match[2]!, language: match[3]! };
}

/** "A closing fence is at least as long as the opening one, and nothing follows it." */
export function closesFence(line: string, mark: string): boolean {
  const run = /^ {0,3}(`{3,}|~{3,})[ \t]*$/.exec(line)?.[1];
  return run !== undefined && run[0] === mark[0] && run.length >= mark.length;
}

export const isRule = (line: string): boolean => /^ {0,3}([-*_])(?:[ \t]*\1){2,}[ \t]*$/.test(line);
export const isHeading = (line: string): boolean => /^ {0,3}#{1,6}(?:[ \t]|$)/.test(line);
export const isQuote = (line: string): boolean => /^ {0,3}>/.test(line);

export function markerOf(line: string): Marker | null {
  const match = /^( {0,3})([-*+]|(\d{1,9})[.)])(?=([ \t]+)|$)/.exec(line);
  if (!match || isRule(line)) return null;
  const [whole, indent, bullet, number, gap] = match as unknown as [string, string, string, string?, string?];
  const empty = isBlank(line.slice(whole.length));
  // Five columns or more after the marker begin indented code, one column after it.
  const space = gap === undefined || empty || indentOf(gap) > 4 ? 1 : indentOf(gap);
  const content = indent.length + bullet.length + space;
  return { indent: indent.length, content, type: bullet.at(-1)!, number: number ? Number(number) : null, empty };
}

/** "To interrupt a paragraph, a list must begin with 1, and its first item must not be empty." */
export const interrupts = (marker: Marker): boolean => !marker.empty && (marker.number ?? 1) === 1;

/** Cells of a table's line: pipes that are not escaped divide, those at the ends do not count. */
export function cellCount(line: string): number {
  const inner = line.trim().replace(/^\|/, "").replace(/(?<!\\)\|$/, "");
  return inner.split(/(?<!\\)\|/).length;
}

export const isDelimiterRow = (line: string): boolean =>
  /^ {0,3}\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$/.test(line) && line.includes("|");

/** Where an HTML block that may hold blank lines ends; null for all others. */
export function htmlEnd(line: string): RegExp | null {
  if (/^ {0,3}<!--/.test(line)) return /-->/;
  const tag = /^ {0,3}<(pre|script|style|textarea)(?=[\s>]|$)/i.exec(line)?.[1];
  return tag ? new RegExp(`</${tag}>`, "i") : null;
}

/** Whether the beginning of a line may still become several things, so that showing it would make the page flicker. */
export const isUndecided = (line: string): boolean => /^\s*(?:[-=*_+#>`~|: \t]*|\d{1,9}[.)]?[ \t]*|<[^>]{0,40})$/.test(line);
