/** One list of conversations, newest first, page by page. */

import * as api from "../api";
import { surroundings } from "../ui/surroundings.svelte";
import type { ConversationPage, ConversationRow } from "../wire";

/** Pages that are fetched again at once. Who has scrolled further finds the rest fetched as it comes into view. */
const AGAIN = 10;

export class ConversationList {
  rows = $state.raw<readonly ConversationRow[]>([]);
  phase = $state<"loading" | "ready" | "failed">("loading");
  #next = $state.raw<string | null>(null);
  /** Cursor of the page after the newest. */
  #second: string | null = null;
  #refreshing: Promise<void> | null = null;
  #reloading: Promise<void> | null = null;
  #again = false;
  #paging = false;
  /** What the server listed first, the last time it was asked. */
  #newest: ReadonlySet<string> = new Set();

  constructor(
    readonly which: api.Which,
    /** Whether a conversation belongs here. */
    readonly holds: (row: ConversationRow) => boolean,
    private readonly onpinned: (rows: ConversationRow[]) => void = () => {},
  ) {}

  get hasMore(): boolean {
    return this.#next !== null;
  }

  find(id: string | null): ConversationRow | undefined {
    return this.rows.find((row) => row.convGroupId === id);
  }

  /** The row, when the newest page, as fetched last, had it. */
  listed(id: string): ConversationRow | undefined {
    return this.#newest.has(id) ? this.find(id) : undefined;
  }

  /** Fetch the newest page. Calls that come meanwhile become one more. */
  refresh(): Promise<void> {
    this.#again = this.#refreshing !== null;
    this.#refreshing ??= this.#first().finally(() => {
      this.#refreshing = null;
      if (this.#again) void this.refresh();
    });
    return this.#refreshing;
  }

  /** Resolves when nothing is being refreshed any more. */
  async settled(): Promise<void> {
    while (this.#refreshing) await this.#refreshing;
  }

  /** Fetch what was loaded again, page by page: hints may have been missed. */
  reload(): Promise<void> {
    this.#reloading ??= this.#all().finally(() => (this.#reloading = null));
    return this.#reloading;
  }

  async more(): Promise<void> {
    if (this.#paging || this.#next === null) return;
    this.#paging = true;
    const page = await this.#page(this.#next);
    this.#paging = false;
    if (page) this.#take(this.rows.at(-1) ?? null, page);
  }

  /** Put it where it belongs, unless that is further down than what was loaded. */
  put(row: ConversationRow): void {
    const others = this.rows.filter(({ convGroupId }) => convGroupId !== row.convGroupId);
    const at = others.findIndex((other) => isOlder(other, row));
    if (at !== -1) this.rows = others.toSpliced(at, 0, row);
    else this.rows = this.hasMore ? others : [...others, row];
  }

  drop(id: string): void {
    if (this.find(id)) this.rows = this.rows.filter(({ convGroupId }) => convGroupId !== id);
  }

  async #all(): Promise<void> {
    await this.refresh();
    let last = this.rows[this.#newest.size - 1];
    let cursor = this.#second;
    for (let pages = 1; cursor !== null && last && last.convGroupId !== this.rows.at(-1)?.convGroupId; pages += 1) {
      if (pages === AGAIN) return this.#cut(last, cursor);
      const page = await this.#page(cursor);
      if (!page) return;
      this.#take(last, page);
      [last, cursor] = [page.conversations.at(-1), page.nextCursor];
    }
  }

  /** Forget what is behind `last`. */
  #cut(last: ConversationRow, cursor: string): void {
    this.rows = this.rows.filter((row) => !isOlder(row, last));
    this.#next = cursor;
  }

  async #first(): Promise<void> {
    const page = await this.#page(null);
    if (!page) return;
    this.#newest = new Set(page.conversations.map(({ convGroupId }) => convGroupId));
    this.#second = page.nextCursor;
    this.#take(null, page);
    this.phase = "ready";
    this.onpinned(page.pinned);
  }

  #take(after: ConversationRow | null, page: ConversationPage): void {
    const rows = spliced(this.rows, after, page);
    // The page reaches to the end of what was loaded: what comes next is what comes after it.
    const reached = page.nextCursor === null || rows.at(-1)?.convGroupId === page.conversations.at(-1)?.convGroupId;
    if (reached) this.#next = page.nextCursor;
    this.rows = rows;
  }

  async #page(cursor: string | null): Promise<ConversationPage | null> {
    try {
      return await api.conversations({ ...this.which, cursor });
    } catch (error) {
      surroundings.notice(error);
      if (this.phase === "loading") this.phase = "failed";
      return null;
    }
  }
}

/** `known` with what follows `after` (null: from the top) as the server has it: what its page leaves out is gone. */
function spliced(known: readonly ConversationRow[], after: ConversationRow | null, page: ConversationPage): ConversationRow[] {
  const ids = new Set(page.conversations.map(({ convGroupId }) => convGroupId));
  const again = new Map(known.filter(({ convGroupId }) => ids.has(convGroupId)).map((row) => [row.convGroupId, row]));
  const last = page.nextCursor === null ? undefined : page.conversations.at(-1);
  const others = known.filter(({ convGroupId }) => !ids.has(convGroupId));
  const above = after === null ? [] : others.filter((row) => !isOlder(row, after));
  const below = last === undefined ? [] : others.filter((row) => isOlder(row, last));
  // What was changed here while the page was on its way is newer than the page.
  return [...above, ...page.conversations.map((row) => newer(row, again.get(row.convGroupId))), ...below];
}

const newer = (row: ConversationRow, known: ConversationRow | undefined): ConversationRow =>
  known && known.version > row.version ? known : row;

export const isOlder = (row: ConversationRow, than: ConversationRow): boolean =>
  row.updated < than.updated || (row.updated === than.updated && row.convGroupId < than.convGroupId);
