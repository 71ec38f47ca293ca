/** What lies over the page at a key: one thing at a time. */

type Shown = "palette" | "help";

class Overlay {
  shown = $state<Shown | null>(null);

  toggle(which: Shown): void {
    this.shown = this.shown === which ? null : which;
  }

  /** It closed; what was opened in its place stays. */
  close(which: Shown): void {
    if (this.shown === which) this.shown = null;
  }
}

export const overlay = new Overlay();
