/** Saved prompts by their name: the `/word` at the caret, which prompts it means, and the holes in what they say. Pure. */

import type { Prompt } from "../wire";

/** Half open, in UTF-16 units, as a text field counts. */
export interface Range {
  start: number;
  end: number;
}

export interface Slash extends Range {
  query: string;
}

/** The name of a prompt is no longer. */
const LONGEST = 60;

/** What stands between a `/` at the beginning of a word and the caret; null elsewhere, as in "and/or" or a date. */
export function slashAt(text: string, caret: number): Slash | null {
  const start = text.lastIndexOf("/", caret - 1);
  if (caret === 0 || start < 0 || caret - start > LONGEST + 1) return null;
  if (start > 0 && !/\s/.test(text[start - 1]!)) return null;
  const query = text.slice(start + 1, caret);
  return /\s/.test(query) ? null : { start, end: caret, query };
}

/** Those whose name has the words in it, those that begin with them first. */
export function matching(prompts: readonly Prompt[], query: string): Prompt[] {
  const wanted = query.toLowerCase();
  const at = ({ name }: Prompt): number => name.toLowerCase().indexOf(wanted);
  const begins = (prompt: Prompt): number => (at(prompt) === 0 ? 0 : 1);
  return prompts.filter((prompt) => at(prompt) >= 0).sort((a, b) => begins(a) - begins(b));
}

/** The first {{hole}} that begins at `from` or behind it, else the first of all. */
export function holeFrom(text: string, from: number): Range | null {
  const all = holes(text);
  return all.find(({ start }) => start >= from) ?? all[0] ?? null;
}

/** The last one that ends before `from`, else the last of all. */
export function holeBefore(text: string, from: number): Range | null {
  const all = holes(text);
  return all.findLast(({ end }) => end <= from) ?? all.at(-1) ?? null;
}

const holes = (text: string): Range[] =>
  [...text.matchAll(/\{\{[^{}\n]{1,80}\}\}/g)].map(({ index, 0: hole }) => ({ start: index, end: index + hole.length }));
