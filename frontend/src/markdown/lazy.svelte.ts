/** The Markdown renderer, which the first page does not need: it is fetched while the reader looks at that page. */

import type { Component } from "svelte";
import { wait } from "../stream/backoff";

export type MarkdownView = Component<{ text: string; open?: boolean }>;

class Lazy {
  /** null until it has arrived. */
  view = $state.raw<MarkdownView | null>(null);

  /** Asks until it is there; meanwhile answers are plain text. */
  async load(): Promise<void> {
    for (let failures = 1; this.view === null; failures += 1) {
      try {
        this.view = (await import("./Markdown.svelte")).default;
      } catch {
        await wait(failures);
      }
    }
  }
}

export const markdown = new Lazy();
