/** Something of the user's that a section shows, asked for when it opens. */

import { surroundings } from "../ui/surroundings.svelte";
import { reasonOf } from "./change.svelte";

export class Loaded<T> {
  /** null until it is there. */
  value = $state.raw<T | null>(null);
  problem = $state("");
  readonly #ask: () => Promise<T>;

  constructor(ask: () => Promise<T>) {
    this.#ask = ask;
    void this.load();
  }

  async load(): Promise<void> {
    this.problem = "";
    try {
      this.value = await this.#ask();
    } catch (error) {
      if (!surroundings.notice(error)) this.problem = reasonOf(error);
    }
  }
}
