/**
 * Which turns of the branch on view are mounted: those near what is seen. The others are heights, remembered or guessed,
 * so that neither opening a conversation nor an answer in it costs more the longer it is.
 */

import { untrack } from "svelte";
import type { Messages, Place } from "./messages.svelte";
import type { Turn } from "./tree";

/** At the end of the branch so many turns are mounted, fewer where they are long: first what is seen at once. */
const LAST = { turns: 20, first: 5_000, characters: 60_000 };
const STEP_MS = 100;
/** Around a turn that was gone to: on either side. */
const AROUND = 8;
/** More than these are not kept when others come near. */
const MOST = 40;
/** In heights of the view: nearer than this turns must be mounted, and then as far as that. */
const NEAR = 1;
const REACH = 2.5;

interface Range {
  from: number;
  to: number;
}

export class Mounted {
  /** null: the end of the branch, wherever that goes. */
  #range = $state.raw<Range | null>(null);
  /** How much of the end is mounted. */
  #characters = $state(LAST.first);
  /** Pixels by the key of the turn: as it was when it was last mounted. */
  #heights = new Map<string, number>();
  #box: HTMLElement | null = null;

  /** What is mounted, and the room (pixels) that is kept for what is not. */
  readonly shown = $derived.by(() => {
    const all = this.turns();
    const { from, to } = this.#clamped(all);
    return untrack(() => ({ turns: all.slice(from, to), above: this.#sum(all, 0, from), below: this.#sum(all, to, all.length) }));
  });

  constructor(
    private readonly turns: () => readonly Turn<Place>[],
    private readonly items: () => Messages,
  ) {}

  /** Attach to the element that holds what is mounted, and nothing else. The rest of the end follows bit by bit. */
  attach = (box: HTMLElement): (() => void) => {
    this.#box = box;
    const timer = setInterval(() => {
      this.#characters += LAST.first;
      if (this.#characters >= LAST.characters) clearInterval(timer);
    }, STEP_MS);
    return () => {
      this.#box = null;
      clearInterval(timer);
    };
  };

  /** Whether the last turn is mounted. */
  get atEnd(): boolean {
    return this.shown.below === 0;
  }

  toEnd(): void {
    this.#measure();
    this.#range = null;
  }

  /** Mount the turn and those around it. */
  around(index: number): void {
    this.#measure();
    this.#range = { from: index - AROUND, to: index + AROUND + 1 };
  }

  /** Mount what has come near the view. */
  look(area: HTMLElement): void {
    if (!this.#box) return;
    const all = this.turns();
    const { from, to } = this.#clamped(all);
    const view = area.getBoundingClientRect();
    const box = this.#box.getBoundingClientRect();
    const near = view.height * NEAR;
    const missing = (from > 0 && box.top > view.top - near) || (to < all.length && box.bottom < view.bottom + near);
    if (!missing) return;
    this.#measure();
    const start = box.top - this.shown.above;
    const reach = view.height * REACH;
    this.#range = joined({ from, to }, this.#within(all, view.top - start - reach, view.bottom - start + reach));
  }

  /** Messages that are on view soon if somebody scrolls: their texts should be there then. */
  get soon(): string[] {
    const all = this.turns();
    const { from, to } = this.#clamped(all);
    const near = all.slice(Math.max(0, from - MOST / 2), to + MOST / 2);
    return near.flatMap(({ items }) => items.map(({ convId }) => convId));
  }

  #clamped(all: readonly Turn<Place>[]): Range {
    const { from, to } = this.#range ?? this.#last(all);
    return { from: Math.max(0, Math.min(from, all.length - 1)), to: Math.min(to, all.length) };
  }

  #last(all: readonly Turn<Place>[]): Range {
    let from = all.length;
    for (let left = this.#characters; from > 0 && left > 0 && from > all.length - LAST.turns; from -= 1) {
      left -= this.#length(all[from - 1]!);
    }
    return { from, to: all.length };
  }

  /** The turns between two heights of the whole. */
  #within(all: readonly Turn<Place>[], top: number, bottom: number): Range {
    let [from, to, y] = [0, 0, 0];
    for (const turn of all) {
      if (y >= bottom) break;
      y += this.#height(turn);
      to += 1;
      if (y <= top) from += 1;
    }
    return { from, to };
  }

  #sum(all: readonly Turn<Place>[], from: number, to: number): number {
    let sum = 0;
    for (let at = from; at < to; at += 1) sum += this.#height(all[at]!);
    return sum;
  }

  #height(turn: Turn<Place>): number {
    return this.#heights.get(turn.key) ?? 120 + 0.4 * this.#length(turn);
  }

  /** Of its text; a guess where that is not there. */
  #length(turn: Turn<Place>): number {
    const items = this.items();
    const lengthOf = (id: string): number => (items.lacking.has(id) ? 400 : (items.get(id)?.content.length ?? 0));
    return untrack(() => turn.items.reduce((sum, { convId }) => sum + lengthOf(convId), 0));
  }

  #measure(): void {
    for (const section of this.#box?.querySelectorAll<HTMLElement>(":scope > [data-turn]") ?? []) {
      this.#heights.set(section.dataset.turn!, section.offsetHeight);
    }
  }
}

/** Both and what lies between them, or the second alone where that would be too much. */
function joined(one: Range, other: Range): Range {
  const both = { from: Math.min(one.from, other.from), to: Math.max(one.to, other.to) };
  return both.to - both.from <= MOST ? both : other;
}
