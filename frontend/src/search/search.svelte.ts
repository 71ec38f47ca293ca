/** Search as one types: asks when the typing pauses, and only the newest answer counts. */

import * as api from "../api";
import { announce } from "../ui/announce.svelte";
import { surroundings } from "../ui/surroundings.svelte";
import { t } from "../i18n";
import type { Hit } from "../wire";

/** Shorter than people notice, longer than between two keys. */
const PAUSE_MS = 120;

export class Search {
  /** What the field holds. */
  text = $state("");
  hits = $state.raw<readonly Hit[]>([]);
  /** What the hits answer; null before the first. */
  query = $state<string | null>(null);
  failed = $state(false);
  /** Older messages can't all be found yet. */
  indexing = $state(false);
  #next = $state.raw<string | null>(null);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #asking: AbortController | null = null;

  get hasMore(): boolean {
    return this.#next !== null;
  }

  /** `settled` false: an input method is still at a word, whose letters are not meant. */
  type(text: string, settled = true): void {
    this.text = text;
    clearTimeout(this.#timer);
    if (!settled) return;
    this.#asking?.abort();
    if (text.trim() === "") this.#found("", [], null);
    else this.#timer = setTimeout(() => void this.#ask(text.trim(), null), PAUSE_MS);
  }

  clear(): void {
    this.type("");
    this.query = null;
  }

  /** For who goes on at once: asks without the pause. Whether the hits then answer what the field holds. */
  async answered(): Promise<boolean> {
    const query = this.text.trim();
    if (this.query !== query) {
      clearTimeout(this.#timer);
      this.#asking?.abort();
      await this.#ask(query, null);
    }
    return this.query === query && this.text.trim() === query;
  }

  again(): void {
    void this.#ask(this.text.trim(), null);
  }

  async more(): Promise<void> {
    if (this.query && this.#next !== null && !this.#asking) await this.#ask(this.query, this.#next);
  }

  async #ask(query: string, cursor: string | null): Promise<void> {
    const asking = (this.#asking = new AbortController());
    try {
      const page = await api.search(query, cursor, asking.signal);
      if (asking.signal.aborted) return;
      this.indexing = page.indexing;
      this.#found(query, cursor === null ? page.hits : [...this.hits, ...page.hits], page.nextCursor);
      if (cursor === null) announce(page.hits.length === 0 ? t("searchNothing", { query }) : t("foundCount", { count: page.hits.length }));
    } catch (error) {
      if (asking.signal.aborted) return;
      surroundings.notice(error);
      this.failed = true;
    } finally {
      if (this.#asking === asking) this.#asking = null;
    }
  }

  #found(query: string, hits: readonly Hit[], next: string | null): void {
    this.failed = false;
    this.query = query;
    this.hits = hits;
    this.#next = next;
  }
}
