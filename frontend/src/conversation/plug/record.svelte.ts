/** What happened to the answer whose plug is pulled; kept in the browser, so that a reload, of all things, keeps it. */

import { forBrowser } from "../../ui/store";
import { PLUG, pulled } from "./pulled.svelte";
import type { Receipt } from "./receipt";

export interface Kept {
  /** What the page knew the answer by before the server named it. */
  key: string;
  /** Ids of the conversation and the answer; null until the server has named them. */
  conversation: string | null;
  message: string | null;
  /** How often the page was left while the answer was read. */
  reloads: number;
  /** How often the connection was lost, and found again. */
  reconnects: number;
  /** How often the answer ended before its time, as when the server stops. */
  interruptions: number;
  /** The most characters there were on a page that was left. */
  most: number;
  receipt: Receipt | null;
}

function read(): Kept | null {
  try {
    return JSON.parse(forBrowser.get(PLUG) ?? "null") as Kept | null;
  } catch {
    return null;
  }
}

export const cutsOf = ({ reloads, reconnects, interruptions }: Kept): number => reloads + reconnects + interruptions;

class Record {
  kept = $state.raw(read());

  begin(key: string): void {
    const nothing = { reloads: 0, reconnects: 0, interruptions: 0, most: 0, receipt: null };
    this.#keep({ key, conversation: null, message: null, ...nothing });
  }

  change(change: Partial<Kept>): void {
    const now = this.#latest;
    if (now && now.key === this.kept?.key) this.#keep({ ...now, ...change });
  }

  /** The page is being left, with so many characters on it. */
  reloaded(length: number): void {
    const { reloads, most } = this.#latest!;
    this.change({ reloads: reloads + 1, most: Math.max(most, length) });
  }

  reconnected(): void {
    this.change({ reconnects: this.#latest!.reconnects + 1 });
  }

  /** Nothing more comes, for now. */
  settled(receipt: Receipt, interrupted: boolean): void {
    this.change({ receipt, interruptions: this.#latest!.interruptions + Number(interrupted) });
  }

  end(): void {
    this.#keep(null);
  }

  /** Another tab may count as well, or have begun anew. Without a storage there is only what is here. */
  get #latest(): Kept | null {
    return read() ?? this.kept;
  }

  #keep(kept: Kept | null): void {
    this.kept = kept;
    pulled.now = kept !== null;
    forBrowser.set(PLUG, kept && JSON.stringify(kept));
  }
}

export const record = new Record();
