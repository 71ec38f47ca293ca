/** A conversation's messages as a tree. Pure; messages come in any order. */

export interface Node {
  convId: string;
  parentConvId: string | null;
}

/** Siblings by their parent's id (null: the roots), the oldest first. */
export type Families<N> = ReadonlyMap<string | null, readonly N[]>;

/** The path from the root to `leaf`, in reading order; [] when `leaf` is not there. */
export function branch<N extends Node>(nodes: ReadonlyMap<string, N>, leaf: string | null): N[] {
  const path: N[] = [];
  const seen = new Set<string>();
  for (let node = get(nodes, leaf); node && !seen.has(node.convId); node = get(nodes, node.parentConvId)) {
    seen.add(node.convId);
    path.push(node);
  }
  return path.reverse();
}

export function families<N extends Node>(nodes: Iterable<N>): Map<string | null, N[]> {
  const all = new Map<string | null, N[]>();
  for (const node of nodes) {
    const siblings = all.get(node.parentConvId);
    if (siblings) siblings.push(node);
    else all.set(node.parentConvId, [node]);
  }
  for (const siblings of all.values()) siblings.sort(byAge);
  return all;
}

/**
 * The end of the newest branch below `id`, itself without one; of the whole tree below null. Where `seen` names a
 * child of a message, the way leads there instead.
 */
export function leaf<N extends Node>(all: Families<N>, id: string | null, seen: ReadonlyMap<string | null, string> = new Map()): string | null {
  const passed = new Set<string | null>();
  let last = id;
  for (let children = all.get(last); children && !passed.has(last); children = all.get(last)) {
    passed.add(last);
    const child = children.find(({ convId }) => convId === seen.get(last)) ?? children.at(-1)!;
    last = child.convId;
  }
  return last;
}

/** The message and all below it, parents before their children. */
export function subtree<N extends Node>(all: Families<N>, id: string): string[] {
  const ids = new Set([id]);
  // A set is walked in the order of its growth, which goes on meanwhile.
  for (const parent of ids) for (const { convId } of all.get(parent) ?? []) ids.add(convId);
  return [...ids];
}

/** A line of the outline: the message with which a branch begins. */
export interface Row<N> {
  node: N;
  /** How many times the way to it has left the main branch. */
  depth: number;
  /** Which of `count` siblings it is, from 1. */
  at: number;
  count: number;
  /** Messages from here to where the branch divides again, or ends. */
  length: number;
}

/**
 * The tree without what does not branch. At each fork the child with the most below it leads on; the others stand
 * before it, one step further in, so that the outline gets no deeper than it must.
 */
export function outline<N extends Node>(all: Families<N>): Row<N>[] {
  const weights = weigh(all);
  const weight = ({ convId }: N): number => weights.get(convId) ?? 0;
  const rows: Row<N>[] = [];
  const walk = (parent: string | null, depth: number): void => {
    for (let siblings = all.get(parent); siblings; siblings = all.get(parent)) {
      // Of equals, the newest.
      const heir = siblings.reduce((best, node) => (weight(node) >= weight(best) ? node : best));
      for (const node of [...siblings.filter((sibling) => sibling !== heir), heir]) {
        const { end, length } = run(all, node);
        const inner = node === heir ? depth : depth + 1;
        rows.push({ node, depth: inner, at: siblings.indexOf(node) + 1, count: siblings.length, length });
        if (node === heir) parent = end;
        else walk(end, inner);
      }
    }
  };
  walk(null, 0);
  return rows;
}

/** From a message down to where the branch divides or ends. */
function run<N extends Node>(all: Families<N>, node: N): { end: string; length: number } {
  let [end, length] = [node.convId, 1];
  for (let children = all.get(end); children?.length === 1; children = all.get(end)) {
    end = children[0]!.convId;
    length += 1;
  }
  return { end, length };
}

/** How many messages each one has below it, itself included. */
function weigh<N extends Node>(all: Families<N>): Map<string, number> {
  const weights = new Map<string, number>();
  const ordered = (all.get(null) ?? []).flatMap(({ convId }) => subtree(all, convId));
  for (const id of ordered.reverse()) {
    const below = (all.get(id) ?? []).reduce((sum, { convId }) => sum + (weights.get(convId) ?? 0), 0);
    weights.set(id, 1 + below);
  }
  return weights;
}

export interface Turn<I> {
  key: string;
  /** A question and what answers it. */
  items: I[];
}

/** The branch in turns: each begins with a question. */
export function turns<I extends { key: string; role: string }>(items: readonly I[]): Turn<I>[] {
  const all: Turn<I>[] = [];
  for (const item of items) {
    if (item.role === "user" || all.length === 0) all.push({ key: item.key, items: [item] });
    else all.at(-1)!.items.push(item);
  }
  return all;
}

const get = <N>(nodes: ReadonlyMap<string, N>, id: string | null): N | undefined => (id === null ? undefined : nodes.get(id));

// A UUIDv7 rises with time; what the server has not named yet ("local:…") comes behind all of them.
const byAge = (a: Node, b: Node): number => (a.convId < b.convId ? -1 : a.convId > b.convId ? 1 : 0);
