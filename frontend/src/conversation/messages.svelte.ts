/**
 * The messages of a conversation by their ids, and which of them are on view. What is written into one does not concern
 * who only asks where they stand.
 */

import { untrack } from "svelte";
import { SvelteMap, SvelteSet } from "svelte/reactivity";
import { isLocal, type Item } from "./item";
import { branch, families, type Families, leaf, subtree } from "./tree";

/** What of a message stays the same while it is written. */
export type Place = Pick<Item, "convId" | "key" | "role" | "parentConvId">;

export class Messages extends SvelteMap<string, Item> {
  /** Ids of those whose text is not here. */
  readonly lacking = new SvelteSet<string>();
  /** Rises when messages come, go or move. */
  #shape = $state(0);
  #current = $state<string | null>(null);
  /** Of each, where it stands: what is on view is made of these, so that no text is kept twice. */
  #places = new Map<string, Place>();
  /** Ids by key. */
  #ids = new Map<string, string>();
  /** The child that was last on view below a message: coming back to it leads there again. */
  #seen = new Map<string | null, string>();

  /** What is shown, from the root to the current message: computed anew only when it may be another. */
  readonly places: readonly Place[] = $derived.by(() => {
    void this.#shape;
    const end = this.#current;
    return branch(this.#places, end);
  });

  readonly families: Families<Place> = $derived.by(() => {
    void this.#shape;
    return families(this.#places.values());
  });

  /** Whether there is more than what is on view. */
  readonly branched = $derived([...this.families.values()].some(({ length }) => length > 1));

  /** The message at the end of what is shown. */
  get current(): string | null {
    return this.#current;
  }

  set current(id: string | null) {
    for (const { convId, parentConvId } of untrack(() => this.places)) this.#seen.set(parentConvId, convId);
    this.#current = id;
  }

  override set(id: string, item: Item): this {
    const known = untrack(() => this.get(id));
    super.set(id, item);
    this.#ids.set(item.key, id);
    if (item.partial) this.lacking.add(id);
    else this.lacking.delete(id);
    if (known?.key !== item.key || known.parentConvId !== item.parentConvId) this.#place(item);
    return this;
  }

  override delete(id: string): boolean {
    const item = untrack(() => this.get(id));
    if (item && this.#ids.get(item.key) === id) this.#ids.delete(item.key);
    const gone = super.delete(id);
    this.#places.delete(id);
    this.lacking.delete(id);
    if (gone) this.#reshape();
    return gone;
  }

  override clear(): void {
    super.clear();
    this.#places.clear();
    this.lacking.clear();
    this.#ids.clear();
    this.#seen.clear();
    this.#current = null;
    this.#reshape();
  }

  put(item: Item): void {
    this.set(item.convId, item);
  }

  byKey(key: string): Item | undefined {
    const id = this.#ids.get(key);
    return id === undefined ? undefined : this.get(id);
  }

  /** The message with this key is now called `item.convId`; what is on view stays so. */
  rename(id: string, item: Item): void {
    this.delete(id);
    this.put(item);
    if (this.#current === id) this.#current = item.convId;
  }

  /** The messages on view; one that is just being removed is not among them. */
  get branch(): Item[] {
    return this.places.map(({ convId }) => this.get(convId)).filter((item) => item !== undefined);
  }

  /** The last on view that is so. Looks no further than there: what is written most often stands at the end. */
  last(is: (item: Item) => boolean): Item | undefined {
    for (let at = this.places.length - 1; at >= 0; at -= 1) {
      const item = this.get(this.places[at]!.convId);
      if (item && is(item)) return item;
    }
    return undefined;
  }

  /** The message and the others with its parent, the oldest first. */
  siblings({ parentConvId }: Pick<Place, "parentConvId">): readonly Place[] {
    return this.families.get(parentConvId) ?? [];
  }

  /** The end of the branch through this message: where it was left, else its newest. */
  leaf(id: string | null): string | null {
    return leaf(this.families, id, this.#seen);
  }

  /** What is shown when somebody goes to this message. */
  branchThrough(id: string): Item[] {
    return branch(this, this.leaf(id));
  }

  /** The message and all below it. */
  subtree(id: string): string[] {
    return subtree(this.families, id);
  }

  /** Whether `id` is on the way from the root to `below`. */
  isAbove(id: string | null, below: string | null): boolean {
    return branch(this, below).some(({ convId }) => convId === id);
  }

  /** What the server does not have any more, save what it has not named yet. */
  keepOnly(ids: ReadonlySet<string>): string[] {
    const gone = [...this.values()].filter((item) => !ids.has(item.convId) && !isLocal(item));
    for (const { convId } of gone) this.delete(convId);
    return gone.map(({ key }) => key);
  }

  #place({ convId, key, role, parentConvId }: Item): void {
    this.#places.set(convId, { convId, key, role, parentConvId });
    this.#reshape();
  }

  #reshape(): void {
    untrack(() => (this.#shape += 1));
  }
}
