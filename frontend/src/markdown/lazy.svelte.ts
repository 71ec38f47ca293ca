/** The Markdown renderer, which the first page does not need: it is fetched while the reader looks at that page. */

import type { Component } from "svelte";

export type MarkdownView = Component<{ text: string; open?: boolean }>;

class Lazy {
  /** null until it has arrived. */
  view = $state.raw<MarkdownView | null>(null);

  async load(): Promise<void> {
    this.view ??= (await import("./Markdown.svelte")).default;
  }
}

export const markdown = new Lazy();
