/** A conversation's messages as a tree. Pure; messages come in any order. */

export interface Node {
  convId: string;
  parentConvId: string | null;
  created: string;
}

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

/** The end of the newest branch below `node`, or of the whole tree without one. */
export function leaf<N extends Node>(nodes: ReadonlyMap<string, N>, node: N | null = null): N | null {
  const children = new Map<string | null, N>();
  for (const child of [...nodes.values()].sort(byAge)) children.set(child.parentConvId, child);
  let last = node;
  for (let next = children.get(node?.convId ?? null); next; next = children.get(next.convId)) {
    children.delete(next.parentConvId);
    last = next;
  }
  return last;
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

// UUIDv7 rises with time, which decides between messages of the same instant.
const byAge = (a: Node, b: Node): number => order(a.created, b.created) || order(a.convId, b.convId);
const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
