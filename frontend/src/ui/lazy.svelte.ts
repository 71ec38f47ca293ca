/** A part of the page that its first paint does not need: it is fetched while the reader looks at that. */

import { t } from "../i18n";
import { wait } from "../stream/backoff";
import { toast } from "./toast.svelte";

/** A part that somebody has just asked for; null, and said so, when it cannot be had (no network, or a newer version). */
export async function asked<T>(part: Promise<T>): Promise<T | null> {
  try {
    return await part;
  } catch {
    toast(t("unreachable"));
    return null;
  }
}

export class Lazy<T> {
  /** null until it has arrived. */
  view = $state.raw<T | null>(null);
  #loading: Promise<void> | null = null;

  constructor(private readonly fetch: () => Promise<{ default: T }>) {}

  /** Asks until it is there. */
  load(): Promise<void> {
    return (this.#loading ??= this.#ask());
  }

  async #ask(): Promise<void> {
    for (let failures = 1; this.view === null; failures += 1) {
      try {
        this.view = (await this.fetch()).default;
      } catch {
        await wait(failures);
      }
    }
  }
}
