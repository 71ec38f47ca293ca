/** Where formulas are: `$…$`, `$$…$$`, `\(…\)`, `\[…\]`. Prices and shell variables are not. */

import type { TokenizerAndRendererExtension, Tokens } from "marked";
import { keep } from "./sanitise";
import { tex } from "./tex.svelte";

/**
 * Pandoc's rule for single dollars: "the opening $ must have a non-space character immediately to its right, while the
 * closing $ must have a non-space character immediately to its left, and must not be followed immediately by a digit."
 */
const INLINE: readonly [RegExp, boolean][] = [
  [/^\$\$(?!\$)([\s\S]+?)\$\$/, true],
  [/^\\\[([\s\S]+?)\\\]/, true],
  [/^\\\(([\s\S]+?)\\\)/, false],
  [/^\$(?=[^\s$])((?:\\[\s\S]|[^\\$]){1,2000})(?<=\S)\$(?!\d)/, false],
];
const BLOCK = /^ {0,3}(?:\$\$([\s\S]+?)\$\$|\\\[([\s\S]+?)\\\])[ \t]*(?:\n+|$)/;

/** "$5 for one and 10$": begins with a price and goes on with words. */
const isMoney = (text: string): boolean => /^\d[\d.,]*\s*[^\s\d]*\s+\p{L}{2,}/u.test(text) && !/[\\^_=]/.test(text);

const found = (raw: string, text: string, display: boolean): Tokens.Generic | undefined =>
  text.trim() === "" ? undefined : { type: "math", raw, text: text.trim(), display };

const renderer = ({ text, display, raw }: Tokens.Generic): string => keep(tex.html(text, display, raw));

const inline: TokenizerAndRendererExtension = {
  name: "math",
  level: "inline",
  // A dollar behind a letter or a digit is a currency: US$5.
  start: (source) => /\\[([]|(?<![A-Za-z0-9\\])\$/.exec(source)?.index,
  tokenizer(source) {
    if (source[0] !== "$" && source[0] !== "\\") return undefined;
    for (const [pattern, display] of INLINE) {
      const match = pattern.exec(source);
      if (match) return isMoney(match[1]!) ? undefined : found(match[0], match[1]!, display);
    }
    return undefined;
  },
  renderer,
};

const block: TokenizerAndRendererExtension = {
  name: "mathBlock",
  level: "block",
  start: (source) => /^ {0,3}(?:\$\$|\\\[)/m.exec(source)?.index,
  tokenizer(source) {
    const match = BLOCK.exec(source);
    const token = match && found(match[0], match[1] ?? match[2]!, true);
    return token ? { ...token, type: "mathBlock" } : undefined;
  },
  renderer,
};

export const mathExtensions = [inline, block];

/** `**` and `_` inside a formula are not emphasis; each becomes a letter. */
export const maskMath = (text: string): string =>
  /[$\\]/.test(text) ? text.replace(/\$[^\s$][^$]*\$|\\\([\s\S]+?\\\)/g, (math) => "a".repeat(math.length)) : text;
