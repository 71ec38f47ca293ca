/**
 * Splits Markdown that is still arriving into blocks. A block is the smallest piece that later text cannot change: a
 * paragraph, a heading, one item of a list, one row of a table, a run of code. What the split finds depends on the text
 * alone, never on how it was cut on the way, because whole lines decide; only `preview` looks at an unfinished line.
 */

import * as lines from "./lines";

export type Block = TextBlock | ItemBlock | RowBlock | CodeBlock;

interface Keyed {
  /** Counts up within a text; the same block has the same key while it is open and after. */
  key: number;
}

export interface TextBlock extends Keyed {
  kind: "text";
  source: string;
  /** Set where a blank line does not end the block: indented code, and HTML that has its own end. */
  until?: RegExp | "outdent";
  /** A very long paragraph is set as several; this is not the first of them. */
  continued?: true;
}

export interface ItemBlock extends Keyed {
  kind: "item";
  source: string;
  /** Key of the first item of the same list. */
  list: number;
  marker: lines.Marker;
  /** The last line was blank: text further to the left ends the list. */
  blank: boolean;
}

export interface RowBlock extends Keyed {
  kind: "row";
  /** The row's line, "" for the head itself. */
  source: string;
  /** Header line and delimiter line. */
  head: string;
  /** Key of the head. */
  table: number;
}

export interface CodeBlock extends Keyed {
  kind: "code";
  fence: lines.Fence;
  /** Whole lines in runs of CHUNK_LINES; only the last run grows. */
  chunks: string[];
  /** Lines in the last run. */
  count: number;
}

/** Lines of code that are laid out together: one long text node would be laid out anew with each delta. */
const CHUNK_LINES = 40;
/** A paragraph this long is cut at the next end of a sentence; at twice this at the next letter after a space. */
const LONG = 4000;

/** The splitter between two lines. `step` is pure: it returns the next state and what it closed. */
interface State {
  open: Block | null;
  nextKey: number;
}

interface Step extends State {
  closed: Block[];
}

export class Blocks {
  #state: State = { open: null, nextKey: 0 };
  #line = "";

  /** Take more text; returns the blocks that it closed. */
  append(text: string): Block[] {
    const closed: Block[] = [];
    const parts = text.replaceAll("\r", "").split("\n");
    const last = parts.pop()!;
    for (const part of parts) {
      closed.push(...this.#cut(part), ...this.#end());
    }
    closed.push(...this.#cut(last));
    return closed;
  }

  /** There is no more text: everything is closed. */
  finish(): Block[] {
    const closed = this.#line === "" ? [] : this.#end();
    if (this.#state.open) closed.push(this.#state.open);
    this.#state = { open: null, nextKey: this.#state.nextKey };
    return closed;
  }

  /** What is open, as it would be if the text ended here, without the beginnings that may still become anything. */
  preview(): Block[] {
    const { open } = this.#state;
    const hidden = open?.kind === "code" ? /^ {0,3}[`~]*$/.test(this.#line) : lines.isUndecided(this.#line);
    const { closed, open: rest } = hidden ? { closed: [], open } : step(this.#state, this.#line);
    const blocks = rest ? [...closed, rest] : closed;
    return blocks.filter((block) => !mayBecomeTable(block));
  }

  #end(): Block[] {
    const { closed, ...state } = step(this.#state, this.#line);
    this.#state = state;
    this.#line = "";
    return closed;
  }

  /** Add to the unfinished line; a paragraph that grew too long is closed at the first good place. */
  #cut(text: string): Block[] {
    this.#line += text;
    const closed: Block[] = [];
    for (let block = this.#paragraph(); block; block = this.#paragraph()) {
      const at = cutAt(block.source, block.source.length - this.#line.length);
      if (at === null) break;
      closed.push({ ...block, source: block.source.slice(0, at) });
      this.#line = block.source.slice(at);
      this.#state = { open: { kind: "text", key: block.key + 1, source: "", continued: true }, nextKey: block.key + 2 };
    }
    return closed;
  }

  /** The long plain paragraph that the unfinished line belongs to, with that line. */
  #paragraph(): TextBlock | null {
    const { open } = this.#state;
    if (this.#line.length + (open?.kind === "text" ? open.source.length : 0) <= LONG) return null;
    const { closed, open: block } = step(this.#state, this.#line);
    return block?.kind === "text" && closed.length === 0 && isProse(block) ? block : null;
  }
}

function step(state: State, line: string): Step {
  switch (state.open?.kind) {
    case "code":
      return inCode(state, state.open, line);
    case "item":
      return inItem(state, state.open, line);
    case "row":
      return lines.isBlank(line) || begins(line) ? anew(state, line) : nextRow(state, state.open, line);
    case "text":
      return inText(state, state.open, line);
    default:
      return fresh(state.nextKey, line);
  }
}

/** Close what is open and look at the line as the first of something. */
function anew(state: State, line: string): Step {
  const next = fresh(state.nextKey, line);
  return state.open ? { ...next, closed: [state.open, ...next.closed] } : next;
}

function fresh(key: number, line: string): Step {
  if (lines.isBlank(line)) return { open: null, nextKey: key, closed: [] };
  const fence = lines.fenceOf(line);
  if (fence) return opened({ kind: "code", key, fence, chunks: [], count: 0 });
  const marker = lines.markerOf(line);
  if (marker) return opened({ kind: "item", key, source: line, list: key, marker, blank: false });
  const block: TextBlock = { kind: "text", key, source: line };
  if (lines.isHeading(line) || lines.isRule(line)) return { open: null, nextKey: key + 1, closed: [block] };
  const until = lines.indentOf(line) >= 4 ? "outdent" : lines.htmlEnd(line);
  return opened(until && !(until instanceof RegExp && until.test(line)) ? { ...block, until } : block);
}

const opened = (open: Block): Step => ({ open, nextKey: open.key + 1, closed: [] });
const kept = (state: State, open: Block): Step => ({ ...state, open, closed: [] });

/** Whether the line begins something else even below an unfinished paragraph. */
function begins(line: string): boolean {
  const marker = lines.markerOf(line);
  const list = marker !== null && lines.interrupts(marker);
  return list || lines.isHeading(line) || lines.isQuote(line) || lines.isRule(line) || lines.fenceOf(line) !== null;
}

function inCode(state: State, open: CodeBlock, line: string): Step {
  if (lines.closesFence(line, open.fence.mark)) return { open: null, nextKey: state.nextKey, closed: [open] };
  const text = line.slice(Math.min(open.fence.indent, lines.indentOf(line))) + "\n";
  const full = open.chunks.length === 0 || open.count === CHUNK_LINES;
  const chunks = full ? [...open.chunks, text] : [...open.chunks.slice(0, -1), open.chunks.at(-1)! + text];
  return kept(state, { ...open, chunks, count: full ? 1 : open.count + 1 });
}

function inItem(state: State, open: ItemBlock, line: string): Step {
  if (lines.isBlank(line)) return kept(state, { ...open, source: `${open.source}\n`, blank: true });
  const more = { ...open, source: `${open.source}\n${line}`, blank: false };
  if (lines.indentOf(line) >= open.marker.content) return kept(state, more);
  const marker = lines.markerOf(line);
  if (marker && marker.type === open.marker.type) return nextItem(state, open, marker, line);
  const lazy = !open.blank && !marker && !begins(line);
  return lazy ? kept(state, more) : anew(state, line);
}

function nextItem(state: State, open: ItemBlock, marker: lines.Marker, line: string): Step {
  const item: ItemBlock = { kind: "item", key: state.nextKey, source: line, list: open.list, marker, blank: false };
  return { ...opened(item), closed: [open] };
}

function nextRow(state: State, open: RowBlock, line: string): Step {
  const row: RowBlock = { kind: "row", key: state.nextKey, source: line, head: open.head, table: open.table };
  return { ...opened(row), closed: [open] };
}

function inText(state: State, open: TextBlock, line: string): Step {
  if (open.until) return inUntil(state, open, open.until, line);
  if (open.source === "") return kept(state, { ...open, source: line });
  if (lines.isBlank(line)) return { open: null, nextKey: state.nextKey, closed: [open] };
  const more = { ...open, source: `${open.source}\n${line}` };
  if (lines.isQuote(open.source) && lines.isQuote(line)) return kept(state, more);
  const table = lines.isDelimiterRow(line) && !lines.isQuote(open.source) ? underHeader(state, open, line) : null;
  if (table) return table;
  // "---" below a paragraph makes it a heading, so a rule does not begin here.
  const underline = /^ {0,3}-+[ \t]*$/.test(line) && !lines.isQuote(open.source);
  return begins(line) && !underline ? anew(state, line) : kept(state, more);
}

function inUntil(state: State, open: TextBlock, until: RegExp | "outdent", line: string): Step {
  const more = { ...open, source: `${open.source}\n${line}` };
  if (until === "outdent") return lines.isBlank(line) || lines.indentOf(line) >= 4 ? kept(state, more) : anew(state, line);
  return until.test(line) ? { open: null, nextKey: state.nextKey, closed: [more] } : kept(state, more);
}

/** A delimiter row makes the line above it the header of a table, when both have as many cells. */
function underHeader(state: State, open: TextBlock, line: string): Step | null {
  const at = open.source.lastIndexOf("\n") + 1;
  const header = open.source.slice(at);
  if (!header.includes("|") || lines.cellCount(header) !== lines.cellCount(line)) return null;
  const before: Block[] = at > 0 ? [{ ...open, source: open.source.slice(0, at - 1) }] : [];
  const key = at > 0 ? state.nextKey : open.key;
  return { ...opened({ kind: "row", key, source: "", head: `${header}\n${line}`, table: key }), closed: before };
}

/** One line of cells alone is most likely the header of a table whose second line is on its way. */
const mayBecomeTable = (block: Block): boolean => block.kind === "text" && /^\|[^\n]*$/.test(block.source);

const isProse = (block: TextBlock): boolean => !block.until && !/^ {0,3}[>|#<]/.test(block.source);

/** Where, in the line that begins at `from`, to cut a long paragraph: a place that later text does not move, or null. */
function cutAt(source: string, from: number): number | null {
  const ends = /(?:[.!?](?= ) ?|[。！？；]|(?<= ))(?=\p{L})/gu;
  ends.lastIndex = Math.max(LONG, from);
  for (let end = ends.exec(source); end; end = ends.exec(source)) {
    const at = end.index + end[0].length;
    if (at >= 2 * LONG || (end[0] !== "" && isBalanced(source.slice(0, at)))) return at;
    if (end[0] === "") ends.lastIndex += 1;
  }
  return null;
}

/** Whether no emphasis, code or link seems to be open at the end. */
function isBalanced(source: string): boolean {
  const count = (char: string): number => source.split(char).length - 1;
  const even = ["*", "_", "`", "~"].every((char) => count(char) % 2 === 0);
  return even && count("[") === count("]") && count("(") === count(")");
}
