/** The list of saved prompts that a `/` opens in the composer: what it holds, and the keys it takes. */

import * as api from "../api";
import { surroundings } from "../ui/surroundings.svelte";
import type { Prompt } from "../wire";
import { matching, type Slash, slashAt } from "./slash";

/** Shared by all composers; asked for again when the list opens, because the settings change it. */
class SavedPrompts {
  list = $state.raw<Prompt[]>([]);
  known = $state(false);

  async load(): Promise<void> {
    try {
      this.list = await api.prompts();
      this.known = true;
    } catch (error) {
      surroundings.notice(error);
    }
  }
}

const saved = new SavedPrompts();

export class SlashList {
  slash = $state.raw<Slash | null>(null);
  active = $state(0);
  readonly options = $derived(this.slash ? matching(saved.list, this.slash.query) : []);
  /** Nothing is saved: only a lonely `/` is told so. */
  readonly none = $derived(this.slash?.query === "" && saved.known && saved.list.length === 0);
  readonly open = $derived(this.options.length > 0 || this.none);

  /** Where the slash stands whose list was closed by Escape. */
  #closed = -1;

  /** The text or the caret changed. */
  update(text: string, caret: number): void {
    const slash = slashAt(text, caret);
    if (slash === null || slash.start !== this.#closed) this.#closed = -1;
    const next = this.#closed < 0 ? slash : null;
    if (next && !this.slash) void saved.load();
    if (next?.query !== this.slash?.query) this.active = 0;
    this.slash = next;
  }

  close(): void {
    this.#closed = this.slash?.start ?? -1;
    this.slash = null;
  }

  /** What a key means for the list: the prompt it picks, `true` when it moved or closed it, `false` when it is not its. */
  take(event: KeyboardEvent): Prompt | boolean {
    const count = this.options.length;
    if (!this.open || event.ctrlKey || event.metaKey || event.altKey) return false;
    if (event.key === "Escape") return this.close(), true;
    if (count === 0 || event.shiftKey) return false;
    if (event.key === "ArrowDown") return (this.active = (this.active + 1) % count), true;
    if (event.key === "ArrowUp") return (this.active = (this.active - 1 + count) % count), true;
    return event.key === "Enter" || event.key === "Tab" ? this.options[this.active]! : false;
  }
}
