/** Colours of one block of code that may still grow: painted now and then while it does, and whole at its end. */

import { colour, grammarOf, isReady, prepare } from "./highlight";

interface Painted {
  text: string;
  html: string;
}

/** Between two paintings of a block that grows. */
const PAUSE_MS = 250;
/** A growing block longer than this waits for its end: painting it again and again would cost more than its text. */
const MOST_OPEN = 6000;

export class Painter {
  /** What is painted of each run of lines; its text may be the beginning of the run. */
  painted = $state.raw<Painted[]>([]);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #wanted: { grammar: string; chunks: readonly string[]; open: boolean } | null = null;

  paint(language: string, chunks: readonly string[], open: boolean): void {
    const grammar = grammarOf(language);
    if (grammar === null) return;
    this.#wanted = { grammar, chunks, open };
    if (!isReady(grammar)) void this.#fetch(grammar);
    else if (!open) this.#paint();
    else this.#timer ??= setTimeout(() => this.#paint(), PAUSE_MS);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#wanted = null;
  }

  async #fetch(grammar: string): Promise<void> {
    try {
      await prepare(grammar);
      this.#paint();
    } catch {
      // Without a network the code stays plain.
    }
  }

  #paint(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#wanted === null) return;
    const { grammar, chunks, open } = this.#wanted;
    if (open && chunks.reduce((length, chunk) => length + chunk.length, 0) > MOST_OPEN) return;
    this.painted = colour(grammar, chunks)?.map((html, at) => ({ text: chunks[at]!, html })) ?? [];
  }
}
