/** What the figures of the receipt are counted from. Pure. */

import { cursorOf } from "../../stream/fold";
import type { Message, StreamEvent } from "../../wire";

/** In characters, save `repeated`: events. */
export interface Receipt {
  received: number;
  stored: number;
  lost: number;
  repeated: number;
}

type Text = Pick<Message, "content" | "reasoning">;

/** Code points of all that the model wrote. */
export const characters = ({ content, reasoning }: Text): string[] => [...reasoning, ...content];

/**
 * Compares what the page received with what the server has stored. `most`: as many characters were on the page before
 * it was left. Lost is whatever does not stand in the same place of both, so that no difference can go unnoticed.
 */
export function receiptOf(received: Text, stored: Text, most: number, repeated: number): Receipt {
  const [here, there] = [characters(received), characters(stored)];
  const longest = Math.max(here.length, there.length, most);
  return { received: Math.max(here.length, most), stored: there.length, lost: longest - common(here, there), repeated };
}

/** How many characters two texts share, from the beginning and from the end. */
function common(one: string[], other: string[]): number {
  const most = Math.min(one.length, other.length);
  let before = 0;
  while (before < most && one[before] === other[before]) before += 1;
  let behind = 0;
  while (behind < most - before && one.at(-1 - behind) === other.at(-1 - behind)) behind += 1;
  return before + behind;
}

/** Counts the events of one answer that came a second time, by their sequence numbers. */
export class Tally {
  repeated = 0;
  #last = 0;

  take(events: readonly Pick<StreamEvent, "id">[]): void {
    for (const { id } of events) {
      const seq = cursorOf(id)?.seq;
      if (seq === undefined) continue; // [DONE] has none
      if (seq <= this.#last) this.repeated += 1;
      this.#last = Math.max(this.#last, seq);
    }
  }
}
