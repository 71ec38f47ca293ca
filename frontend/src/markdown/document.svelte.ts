/** A Markdown text that grows, as groups ready to show. Closed blocks are rendered once and keep their objects. */

import { type Block, Blocks, type CodeBlock, type ItemBlock, type RowBlock, type TextBlock } from "./blocks";
import { mend } from "./mend";
import { type Cell, type Links, renderItem, renderRow, renderText } from "./render";

export interface Html {
  key: number;
  html: string;
}

export interface Row {
  key: number;
  cells: Cell[];
}

/** What stands together on the page. Objects are never changed, so that the same object means nothing to do. */
export type Group =
  | { kind: "text"; key: number; html: string; heading: boolean; continued: boolean }
  | { kind: "code"; key: number; language: string; chunks: string[] }
  | { kind: "list"; key: number; ordered: boolean; start: number; items: Html[] }
  | { kind: "table"; key: number; head: Cell[]; rows: Row[] };

export class MarkdownDocument {
  groups = $state.raw<Group[]>([]);

  #text = "";
  #finished = false;
  #blocks = new Blocks();
  #closed: Group[] = [];
  #links: Links = {};
  /** Sources of closed text that may refer to a link defined further down, by group. */
  #referring = new Map<number, string>();

  /** Show this text, which usually is the last one and more; `open` when more is to come. */
  update(text: string, open: boolean): void {
    // A continued answer is split from its beginning again: what the end had closed may go on. Keys come out the same.
    if (this.#finished || !text.startsWith(this.#text)) this.#restart();
    const closed = this.#blocks.append(text.slice(this.#text.length));
    this.#text = text;
    for (const block of closed) this.#close(block);
    if (open) this.#preview();
    else this.#finish();
  }

  #restart(): void {
    this.#text = "";
    this.#finished = false;
    this.#blocks = new Blocks();
    this.#closed = [];
    this.#links = {};
    this.#referring.clear();
  }

  #preview(): void {
    const links = { ...this.#links };
    this.groups = this.#blocks.preview().reduce((groups, block) => join(groups, block, links, mend), this.#closed);
  }

  #finish(): void {
    for (const block of this.#blocks.finish()) this.#close(block);
    this.groups = this.#closed;
    this.#finished = true;
  }

  #close(block: Block): void {
    const known = Object.keys(this.#links).length;
    this.#closed = join(this.#closed, block, this.#links, (source) => source);
    if (block.kind === "text" && block.source.includes("[")) this.#referring.set(block.key, block.source);
    if (Object.keys(this.#links).length > known) this.#resolve();
  }

  /** A definition came after what refers to it: the one case in which closed text is rendered again. */
  #resolve(): void {
    this.#closed = this.#closed.map((group) => {
      const source = group.kind === "text" ? this.#referring.get(group.key) : undefined;
      const html = source === undefined ? undefined : renderText(source, this.#links);
      return html === undefined || (group.kind === "text" && group.html === html) ? group : ({ ...group, html } as Group);
    });
  }
}

type Mend = (source: string) => string;

/** The groups with one more block, which continues the last group where it belongs to the same list or table. */
function join(groups: Group[], block: Block, links: Links, mended: Mend): Group[] {
  const last = groups.at(-1);
  switch (block.kind) {
    case "text":
      return [...groups, textGroup(block, links, mended)];
    case "code":
      return [...groups, codeGroup(block)];
    case "item": {
      const item = { key: block.key, html: renderItem(mended(block.source), links) };
      if (last?.kind !== "list" || last.key !== block.list) return [...groups, listGroup(block, item)];
      return [...groups.slice(0, -1), { ...last, items: [...last.items, item] }];
    }
    case "row":
      if (last?.kind !== "table" || last.key !== block.table) return [...groups, tableGroup(block, links)];
      return [...groups.slice(0, -1), { ...last, rows: [...last.rows, row(block, links, mended)] }];
  }
}

function textGroup(block: TextBlock, links: Links, mended: Mend): Group {
  const html = renderText(block.until ? block.source : mended(block.source), links);
  return { kind: "text", key: block.key, html, heading: /^<h[1-6]/.test(html), continued: block.continued ?? false };
}

const codeGroup = ({ key, fence, chunks }: CodeBlock): Group => ({ kind: "code", key, language: fence.language, chunks });

const listGroup = ({ key, marker }: ItemBlock, item: Html): Group => ({
  kind: "list",
  key,
  ordered: marker.number !== null,
  start: marker.number ?? 1,
  items: [item],
});

const tableGroup = (block: RowBlock, links: Links): Group => ({
  kind: "table",
  key: block.key,
  head: renderRow(block.head, "", links),
  rows: [],
});

const row = (block: RowBlock, links: Links, mended: Mend): Row => ({
  key: block.key,
  cells: renderRow(block.head, mended(block.source), links),
});
