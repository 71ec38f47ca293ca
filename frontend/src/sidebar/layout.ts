/** Where the rows of a long list stand, so that only those in view are drawn. All rows are of one height. Pure; pixels. */

import type { Folder } from "../wire";
import type { ConversationRow } from "../wire";
import type { ConversationList } from "./list.svelte";

/** A heading, or a folder, and the rows below it. */
export interface Section {
  key: string;
  kind: "heading" | "folders" | "folder";
  heading: string;
  rows: readonly ConversationRow[];
  /** The list whose next page goes on here. */
  list?: ConversationList | undefined;
  folder?: Folder | undefined;
  /** What a conversation that is dropped here becomes. */
  becomes?: { folder: string | null } | { pinned: true } | undefined;
}

export interface Placed extends Section {
  top: number;
  /** Of the heading alone. */
  head: number;
}

export interface Heights {
  row: number;
  heading: number;
}

export function placed(sections: readonly Section[], heights: Heights): Placed[] {
  let top = 0;
  return sections.map((section) => {
    const head = section.kind === "folder" ? heights.row : heights.heading;
    const here = { ...section, top, head };
    top = bottom(here, heights);
    return here;
  });
}

export const bottom = ({ top, head, rows }: Placed, { row }: Heights): number => top + head + rows.length * row;

/** The rows of a section that are in view between `from` and `to`: from the first up to, and without, the last. */
export function inView({ top, head, rows }: Placed, { row }: Heights, from: number, to: number): [number, number] {
  const at = (y: number): number => Math.min(rows.length, Math.max(0, (y - top - head) / row));
  return [Math.floor(at(from)), Math.ceil(at(to))];
}

/** A row by its section's key and its place in it; -1 is the head of the section. */
export interface Place {
  key: string;
  at: number;
}

/** `id` of a conversation, or the key of a folder; undefined when it is in no section. */
export function placeOf(sections: readonly Placed[], id: string | null): Place | undefined {
  if (id === null) return undefined;
  for (const { key, rows } of sections) {
    if (key === id) return { key, at: -1 };
    const at = rows.findIndex(({ convGroupId }) => convGroupId === id);
    if (at !== -1) return { key, at };
  }
  return undefined;
}

/** The first that the arrow keys come to. */
export function firstOf(sections: readonly Placed[]): Place | undefined {
  const first = sections.find(({ kind, rows }) => kind === "folder" || rows.length > 0);
  return first && { key: first.key, at: first.kind === "folder" ? -1 : 0 };
}

/** Where a row stands; undefined when it is in no section. */
export function topOf(sections: readonly Placed[], { row }: Heights, id: string | null): number | undefined {
  const place = placeOf(sections, id);
  const section = sections.find(({ key }) => key === place?.key);
  return section && place && section.top + (place.at === -1 ? 0 : section.head + place.at * row);
}

/** A row as it stands: an answer, a pin, a folder move it elsewhere. */
export interface Standing {
  id: string;
  top: number;
  key: string;
  updated: string;
}

/** The row at this height, or the first below it. */
export function rowAt(sections: readonly Placed[], heights: Heights, y: number): Standing | undefined {
  const section = sections.find((one) => one.rows.length > 0 && bottom(one, heights) > y);
  if (!section) return undefined;
  const at = inView(section, heights, y, y)[0];
  const { convGroupId: id, updated } = section.rows[at]!;
  return { id, top: section.top + section.head + at * heights.row, key: section.key, updated };
}

/** Where the row stands unless it was moved since: what changes above it may have pushed it. */
export function stillAt(sections: readonly Placed[], heights: Heights, { id, key, updated }: Standing): number | undefined {
  const section = sections.find((one) => one.key === key);
  const at = section?.rows.findIndex((row) => row.convGroupId === id && row.updated === updated) ?? -1;
  return section && at >= 0 ? section.top + section.head + at * heights.row : undefined;
}

/** All that the arrow keys go through: folders and conversations. */
export function stops(sections: readonly Placed[], heights: Heights): { id: string; top: number }[] {
  return sections.flatMap(({ key, kind, top, head, rows }) => [
    ...(kind === "folder" ? [{ id: key, top }] : []),
    ...rows.map(({ convGroupId }, at) => ({ id: convGroupId, top: top + head + at * heights.row })),
  ]);
}
