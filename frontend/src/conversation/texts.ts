/** The text of messages that came without it: asked for once, in few calls, until the server has answered. */

import * as api from "../api";
import { ApiError } from "../errors";
import { wait } from "../stream/backoff";
import { surroundings } from "../ui/surroundings.svelte";
import { fromServer } from "./item";
import type { Messages } from "./messages.svelte";

/** So many messages go with one call. */
const AT_ONCE = 100;

export class Texts {
  /** The first attempt for each message whose text is not there yet. */
  #coming = new Map<string, Promise<void>>();

  constructor(
    private readonly items: Messages,
    private readonly conversation: () => string | null,
  ) {}

  /** Resolves when they are there, or the first attempt failed: others follow it, nobody waits for those. */
  async load(ids: Iterable<string>): Promise<void> {
    const missing = [...ids].filter((id) => this.items.lacking.has(id));
    const fresh = missing.filter((id) => !this.#coming.has(id));
    for (let at = 0; at < fresh.length; at += AT_ONCE) this.#ask(fresh.slice(at, at + AT_ONCE));
    await Promise.all(missing.map((id) => this.#coming.get(id)));
  }

  /** What is missing, if it is little: then all branches are at hand, also without a network. */
  async loadFew(): Promise<void> {
    if (this.items.lacking.size <= AT_ONCE) await this.load(this.items.lacking);
  }

  #ask(ids: string[]): void {
    const attempt = this.#fetch(ids);
    for (const id of ids) this.#coming.set(id, attempt);
  }

  async #fetch(ids: string[], failures = 1): Promise<void> {
    try {
      this.#take(await api.texts(this.conversation()!, ids));
      this.#forget(ids);
    } catch (error) {
      if (surroundings.notice(error) || (error instanceof ApiError && error.status < 500)) this.#forget(ids);
      else void wait(failures).then(() => this.#fetch(ids, failures + 1));
    }
  }

  #take(messages: Awaited<ReturnType<typeof api.texts>>): void {
    for (const message of messages) {
      // What was written into it meanwhile is newer.
      if (this.items.lacking.has(message.convId)) this.items.put(fromServer(message, this.items.get(message.convId)?.key));
    }
  }

  #forget(ids: string[]): void {
    for (const id of ids) this.#coming.delete(id);
  }
}
