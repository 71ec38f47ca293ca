/**
 * Collects what arrives and hands it on once per frame, or less often when frames are dear: after each one the next
 * waits sixteen times as long as it cost, so that even a very long answer leaves the main thread nearly free.
 */

const SHORTEST_MS = 70;
const LONGEST_MS = 500;
const REST = 16;
/** Frames do not come while the page is hidden. */
const HIDDEN_MS = 250;

export class Batch<T> {
  #waiting: T[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #notBefore = 0;

  constructor(private readonly apply: (items: T[]) => void) {}

  push(item: T): void {
    this.#waiting.push(item);
    if (this.#timer !== undefined) return;
    const pause = Math.max(0, this.#notBefore - performance.now());
    this.#timer = document.hidden
      ? setTimeout(() => this.flush(), HIDDEN_MS)
      : setTimeout(() => requestAnimationFrame(() => this.#measured()), pause);
  }

  /** Hand on now what waits. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const items = this.#waiting;
    this.#waiting = [];
    if (items.length > 0) this.apply(items);
  }

  #measured(): void {
    const begin = performance.now();
    this.flush();
    // A task of its own comes after the frame was laid out and painted, which is part of the cost.
    const after = new MessageChannel();
    after.port1.onmessage = () => {
      const now = performance.now();
      this.#notBefore = now + Math.min(LONGEST_MS, Math.max(SHORTEST_MS, (now - begin) * REST));
      after.port1.close();
    };
    after.port2.postMessage(null);
  }
}
