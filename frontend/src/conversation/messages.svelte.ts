/** The messages of a conversation by their ids. What is written into one does not concern who only asks where they stand. */

import { untrack } from "svelte";
import { SvelteMap } from "svelte/reactivity";
import type { Item } from "./item";
import { branch } from "./tree";

/** What of a message stays the same while it is written. */
export type Place = Pick<Item, "convId" | "key" | "role">;

export class Messages extends SvelteMap<string, Item> {
  /** Rises when messages come, go or move. */
  #shape = $state(0);

  override set(id: string, item: Item): this {
    const known = untrack(() => this.get(id));
    super.set(id, item);
    if (known?.key !== item.key || known.parentConvId !== item.parentConvId) this.#reshape();
    return this;
  }

  override delete(id: string): boolean {
    const gone = super.delete(id);
    if (gone) this.#reshape();
    return gone;
  }

  override clear(): void {
    super.clear();
    this.#reshape();
  }

  /** The path from the root to `leaf`, computed anew only when its shape may be another. */
  places(leaf: string | null): readonly Place[] {
    void this.#shape;
    return untrack(() => branch(this, leaf));
  }

  /** The messages at these places; one that is just being removed has none. */
  at(places: readonly Place[]): Item[] {
    return places.map(({ convId }) => this.get(convId)).filter((item) => item !== undefined);
  }

  /** The last of them that is so. Looks no further than there: what is written most often stands at the end. */
  last(places: readonly Place[], is: (item: Item) => boolean): Item | undefined {
    for (let at = places.length - 1; at >= 0; at -= 1) {
      const item = this.get(places[at]!.convId);
      if (item && is(item)) return item;
    }
    return undefined;
  }

  byKey(key: string): Item | undefined {
    for (const item of this.values()) if (item.key === key) return item;
    return undefined;
  }

  #reshape(): void {
    untrack(() => (this.#shape += 1));
  }
}
