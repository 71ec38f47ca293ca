/**
 * Which branch is on view, here and on the user's other devices: each goes where the others go, unless somebody writes
 * or reads a running answer there. The latest choice counts, so one that meets a newer version is made again on it.
 */

import * as api from "../api";
import { ApiError } from "../errors";
import { surroundings } from "../ui/surroundings.svelte";
import type { ConversationTree } from "../wire";
import { isLocalId } from "./item";
import type { Messages } from "./messages.svelte";

/** Another device changed the conversation since. */
const STALE = 40902;

export class Viewed {
  /** As far as the page knows. */
  version = 0;
  /** The server's current node, as last heard; undefined before the first tree. */
  #there: string | null | undefined;
  /** The choice is not told yet. */
  #due = false;
  #telling = false;

  constructor(
    private readonly items: Messages,
    private readonly fetch: () => Promise<void>,
  ) {}

  /** After the tree's messages were merged. `free`: nobody would be torn away. */
  adopt({ currentNode, version }: Pick<ConversationTree, "currentNode" | "version">, free: boolean): void {
    const { items } = this;
    const moved = currentNode !== this.#there;
    const first = this.#there === undefined;
    this.version = version;
    this.#there = currentNode;
    if (isLocalId(items.current)) return;
    const gone = items.current === null || !items.has(items.current);
    const follows = first || (moved && !this.#due && (free || items.isAbove(items.current, currentNode)));
    if (follows || gone) items.current = currentNode !== null && items.has(currentNode) ? currentNode : items.leaf(null);
  }

  /** The server has begun an answer, and takes it for what is on view. */
  begun(conversation: string, convId: string): void {
    this.#there = convId;
    if (this.items.current !== convId) void this.tell(conversation);
  }

  /** Show the branch through this message, everywhere. */
  choose(conversation: string | null, convId: string): void {
    this.items.current = this.items.leaf(convId);
    void this.tell(conversation);
  }

  /** Tell the server what is on view. Without a network, the next tree that comes gives occasion to. */
  async tell(conversation: string | null, due = true): Promise<void> {
    this.#due ||= due;
    if (this.#telling || conversation === null) return;
    this.#telling = true;
    try {
      while (this.#due) await this.#say(conversation);
    } catch (error) {
      if (!surroundings.notice(error) && error instanceof ApiError) this.#due = false;
    } finally {
      this.#telling = false;
    }
  }

  async #say(conversation: string): Promise<void> {
    const chosen = this.items.current;
    try {
      await this.#write(conversation);
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== STALE) throw error;
      await this.fetch();
      await this.#write(conversation);
    }
    if (chosen === this.items.current) this.#due = false;
  }

  async #write(conversation: string): Promise<void> {
    const currentNode = this.items.leaf(this.items.current);
    // What the server has not named yet it will look at by itself.
    if (currentNode === null || currentNode === this.#there || isLocalId(currentNode)) return;
    const { version } = await api.change(conversation, this.version, { currentNode });
    this.version = version;
    this.#there = currentNode;
  }
}
