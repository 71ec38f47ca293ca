/** What just happened, said at the edge of the page for a while, often with a way back. */

export interface Toast {
  id: number;
  text: string;
  /** What can be done about it; doing it ends the toast. */
  action?: { word: string; run: () => void } | undefined;
}

/** Long enough to read and to change one's mind. */
const STAY_MS = 8_000;
/** More at a time would cover what they are about. */
const MOST = 3;

class Toasts {
  all = $state.raw<Toast[]>([]);
  #last = 0;
  #left = new Map<number, { timer: ReturnType<typeof setTimeout>; until: number }>();

  show(text: string, action?: Toast["action"]): void {
    const id = (this.#last += 1);
    this.all = [...this.all, { id, text, action }].slice(-MOST);
    this.#run(id, STAY_MS);
  }

  end(id: number): void {
    clearTimeout(this.#left.get(id)?.timer);
    this.#left.delete(id);
    this.all = this.all.filter((toast) => toast.id !== id);
  }

  act({ id, action }: Toast): void {
    this.end(id);
    action?.run();
  }

  /** Run the newest action there is; returns whether there was one. */
  undo(): boolean {
    const newest = this.all.findLast(({ action }) => action);
    if (newest) this.act(newest);
    return newest !== undefined;
  }

  /** Somebody reads, or aims: time stands still. */
  hold(): void {
    for (const { timer } of this.#left.values()) clearTimeout(timer);
  }

  resume(): void {
    for (const [id, { until }] of this.#left) this.#run(id, Math.max(2_000, until - Date.now()));
  }

  #run(id: number, ms: number): void {
    clearTimeout(this.#left.get(id)?.timer);
    this.#left.set(id, { timer: setTimeout(() => this.end(id), ms), until: Date.now() + ms });
  }
}

export const toasts = new Toasts();

export const toast = (text: string, action?: Toast["action"]): void => toasts.show(text, action);
