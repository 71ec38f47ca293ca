/**
 * Collects what arrives and hands it on with the next frame, and says how long that frame rests: nothing is read
 * meanwhile, as waking up for each delta costs more than all that is done with it. A frame that is dear rests longer, so
 * that even a very long answer leaves the main thread nearly free.
 */

const SHORTEST_MS = 80;
const LONGEST_MS = 300;
/** How many times as long as it cost a frame rests. */
const REST = 24;
/** Frames do not come while the page is hidden. */
const HIDDEN_MS = 250;

export class Batch<T> {
  #waiting: T[] = [];
  #cancel: (() => void) | null = null;
  #cost = 0;
  #notBefore = 0;

  constructor(private readonly apply: (items: T[]) => void) {}

  push(item: T): void {
    this.#waiting.push(item);
    if (this.#cancel) return;
    this.#notBefore = performance.now() + Math.min(LONGEST_MS, Math.max(SHORTEST_MS, this.#cost * REST));
    this.#cancel = document.hidden ? later(() => this.flush()) : withFrame(() => this.#measured());
  }

  /** Hand on now what waits. */
  flush(): void {
    this.#cancel?.();
    this.#cancel = null;
    const items = this.#waiting;
    this.#waiting = [];
    if (items.length > 0) this.apply(items);
  }

  /** When to read on. A hidden page shows nothing, and its timers may take a minute. */
  async rest(): Promise<void> {
    const pause = document.hidden ? 0 : this.#notBefore - performance.now();
    if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause));
  }

  #measured(): void {
    const begin = performance.now();
    this.flush();
    // A task of its own comes after the frame was laid out and painted, which is part of the cost.
    setTimeout(() => (this.#cost = performance.now() - begin));
  }
}

function later(run: () => void): () => void {
  const timer = setTimeout(run, HIDDEN_MS);
  return () => clearTimeout(timer);
}

function withFrame(run: () => void): () => void {
  const frame = requestAnimationFrame(run);
  return () => cancelAnimationFrame(frame);
}
