/** Reading answers: each to its end, or until nobody looks any more. What arrives is put into the messages. */

import { untrack } from "svelte";
import { Batch } from "../stream/batch";
import { read } from "../stream/chat";
import type { Chunk, Start, StreamEvent } from "../wire";
import { isLocal, type Item, type Link, position, take } from "./item";
import type { Messages } from "./messages.svelte";

/** Who hears of it; answers by their keys. */
export interface Told {
  /** The first event of what was asked for here has the ids: returns the answer under its own. */
  named: (answer: Item, ids: Chunk) => Item;
  ended: (key: string) => void;
  /** Its end was read before: only the tree can tell more. */
  gone: (key: string) => void;
  failed: (key: string, error: unknown) => void;
}

export type Witness = (key: string, events: readonly StreamEvent[]) => void;

interface Reading {
  abort: () => void;
  /** This tab asked for the answer. */
  asked: boolean;
}

export class Readings {
  /** Sees what arrives of any answer, by its key; as a rule there is none. */
  witness: Witness | undefined;
  #open = new Map<string, Reading>();

  constructor(
    private readonly items: Messages,
    private readonly told: Told,
  ) {}

  has(key: string): boolean {
    return this.#open.has(key);
  }

  abort(key: string): void {
    this.#open.get(key)?.abort();
  }

  /** Nobody looks: give up all, or (`asked` false) what others asked for. */
  leave(asked: boolean): void {
    for (const [key, reading] of this.#open) {
      const item = this.items.byKey(key);
      // A start that is not confirmed goes on: aborted, nobody would know whether it happened.
      if (item && !isLocal(item) && (asked || !reading.asked)) reading.abort();
    }
  }

  /** Follow what is on its way among these. */
  follow(branch: readonly Item[]): void {
    for (const item of branch) if (item.status === "in_progress" && !isLocal(item) && !this.has(item.key)) void this.read(item.key);
  }

  /** Read one answer, with `start` after asking for it. */
  async read(key: string, start?: { key: string; body: Start }): Promise<void> {
    const controller = new AbortController();
    const reading = { abort: () => controller.abort(), asked: start !== undefined };
    this.#open.set(key, reading);
    const from = untrack(() => position(this.items.byKey(key)!));
    if (!start) this.#link(key, "reading");
    const batch = new Batch<StreamEvent>((events) => this.#take(key, events));
    try {
      const outcome = await read({
        ...(start && { start }),
        ...(from && { from }),
        signal: controller.signal,
        onevent: (event) => batch.push(event),
        onlost: (lost) => this.#link(key, lost ? "lost" : "reading"),
        rest: () => batch.rest(),
      });
      batch.flush();
      if (outcome === "ended") this.told.ended(key);
      if (outcome === "gone") this.told.gone(key);
    } catch (error) {
      batch.flush();
      this.told.failed(key, error);
    } finally {
      // Another reading of the same answer may have begun meanwhile.
      if (this.#open.get(key) === reading) {
        this.#open.delete(key);
        this.#link(key, undefined);
      }
    }
  }

  #take(key: string, events: StreamEvent[]): void {
    const item = this.items.byKey(key);
    if (!item) return;
    const named = isLocal(item) ? this.told.named(item, JSON.parse(events[0]!.data) as Chunk) : item;
    this.items.put(take(named, events));
    this.witness?.(key, events);
  }

  #link(key: string, link: Link | undefined): void {
    const item = this.items.byKey(key);
    if (item && item.link !== link) this.items.put({ ...item, link });
  }
}
