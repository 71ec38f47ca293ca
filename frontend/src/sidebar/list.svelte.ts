/** The user's conversations, newest first, page by page. */

import * as api from "../api";
import { ApiError } from "../errors";
import { surroundings } from "../ui/surroundings.svelte";
import type { ConversationRow } from "../wire";

export class ConversationList {
  rows = $state.raw<ConversationRow[]>([]);
  phase = $state<"loading" | "ready" | "failed">("loading");
  #next = $state.raw<string | null>(null);
  #refreshing: Promise<void> | null = null;
  #again = false;

  get hasMore(): boolean {
    return this.#next !== null;
  }

  find(id: string | null): ConversationRow | undefined {
    return this.rows.find((row) => row.convGroupId === id);
  }

  /** Fetch the newest page; rows further down stay as they are. Calls that come meanwhile become one more. */
  refresh(): Promise<void> {
    this.#again = this.#refreshing !== null;
    this.#refreshing ??= this.#first().finally(() => {
      this.#refreshing = null;
      if (this.#again) void this.refresh();
    });
    return this.#refreshing;
  }

  async more(): Promise<void> {
    const page = await this.#noticing(api.conversations(this.#next));
    if (!page) return;
    this.rows = merged(this.rows, page.conversations);
    this.#next = page.nextCursor;
  }

  async rename(row: ConversationRow, title: string): Promise<void> {
    this.#replace(await api.rename(row.convGroupId, title, row.version));
  }

  async remove(id: string): Promise<void> {
    // Gone already is what was wanted.
    await api.remove(id).catch((error: unknown) => {
      if (!(error instanceof ApiError && error.status === 404)) throw error;
    });
    this.rows = this.rows.filter((row) => row.convGroupId !== id);
  }

  #replace(row: ConversationRow): void {
    this.rows = this.rows.map((old) => (old.convGroupId === row.convGroupId ? { ...old, ...row } : old));
  }

  async #first(): Promise<void> {
    const page = await this.#noticing(api.conversations());
    if (!page) return;
    const { conversations, nextCursor } = page;
    // Rows older than the page's last were loaded before; newer ones that are not in it were deleted.
    const oldest = nextCursor === null ? undefined : conversations.at(-1)?.updated;
    const below = oldest === undefined ? [] : this.rows.filter((row) => row.updated < oldest);
    if (below.length === 0) this.#next = nextCursor;
    this.rows = merged(conversations, below);
    this.phase = "ready";
  }

  async #noticing<T>(request: Promise<T>): Promise<T | null> {
    try {
      return await request;
    } catch (error) {
      surroundings.notice(error);
      if (this.phase === "loading") this.phase = "failed";
      return null;
    }
  }
}

function merged(above: ConversationRow[], below: ConversationRow[]): ConversationRow[] {
  const ids = new Set(above.map((row) => row.convGroupId));
  return [...above, ...below.filter((row) => !ids.has(row.convGroupId))];
}
