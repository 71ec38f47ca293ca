/** Stop: said until the server has heard it. What has arrived stays. */

import * as api from "../api";
import { ApiError } from "../errors";
import { wait } from "../stream/backoff";
import { surroundings } from "../ui/surroundings.svelte";
import { isLocal, type Item } from "./item";
import type { Messages } from "./messages.svelte";
import type { Readings } from "./readings";

/** How long Stop waits for the server to accept the start before the message is taken back. */
const PATIENCE_MS = 4000;

export class Stops {
  constructor(
    private readonly items: Messages,
    private readonly readings: Readings,
    private readonly takeBack: () => void,
  ) {}

  stop(item: Item): void {
    if (item.stopping) return;
    this.items.put({ ...item, stopping: true });
    if (!isLocal(item)) void this.cancel(item);
    else setTimeout(() => this.#giveUp(item.key), surroundings.online ? PATIENCE_MS : 0);
  }

  /**
   * Tell the server until the end is there: a Stop that is lost lets the answer go on, and be paid for. Once is enough
   * when nobody reads on, so that the end would never be seen.
   */
  async cancel({ key, convId }: Item): Promise<void> {
    for (let failures = 1; this.items.byKey(key)?.stopping; failures += 1) {
      try {
        await api.cancel(convId);
        if (!this.readings.has(key)) return this.#goOn(key);
      } catch (error) {
        if (surroundings.notice(error)) return;
        if (error instanceof ApiError && error.status < 500) return this.#goOn(key);
      }
      await wait(failures);
    }
  }

  /** The server did not stop the answer, or nobody sees that it did: Stop can be pressed again. */
  #goOn(key: string): void {
    const item = this.items.byKey(key);
    if (item) this.items.put({ ...item, stopping: undefined });
  }

  /** Stop was pressed before the server accepted the start, and nothing came of either: take the message back. */
  #giveUp(key: string): void {
    const item = this.items.byKey(key);
    if (item?.stopping && isLocal(item)) this.takeBack();
  }
}
