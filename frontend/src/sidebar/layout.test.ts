import { expect, test } from "vitest";
import type { ConversationRow } from "../wire";
import { bottom, inView, placed, rowAt, type Section, stillAt, stops, topOf } from "./layout";

const heights = { row: 10, heading: 5 };
const rows = (...ids: string[]): ConversationRow[] => ids.map((convGroupId) => ({ convGroupId }) as ConversationRow);
const section = (key: string, kind: Section["kind"], ...ids: string[]): Section => ({ key, kind, heading: key, rows: rows(...ids) });
const laid = placed([section("pinned", "heading", "a", "b"), section("folder:1", "folder"), section("today", "heading", "c", "d", "e")], heights);

test("each section begins where the one above ends", () => {
  expect(laid.map(({ top }) => top)).toEqual([0, 25, 35]);
  expect(bottom(laid[2]!, heights)).toBe(70);
});

test("in view is every row of which a part is", () => {
  expect(inView(laid[2]!, heights, 0, 40)).toEqual([0, 0]);
  expect(inView(laid[2]!, heights, 0, 41)).toEqual([0, 1]);
  expect(inView(laid[2]!, heights, 51, 1000)).toEqual([1, 3]);
  expect(inView(laid[0]!, heights, 26, 1000)).toEqual([2, 2]);
});

test("a row is found by its id and by its place", () => {
  expect(topOf(laid, heights, "d")).toBe(50);
  expect(topOf(laid, heights, "z")).toBeUndefined();
  expect(rowAt(laid, heights, 52)).toMatchObject({ id: "d", top: 50, key: "today" });
  expect(rowAt(laid, heights, 26)).toMatchObject({ id: "c", top: 40 });
  expect(rowAt(laid, heights, 70)).toBeUndefined();
});

test("a row that was pinned or answered has moved, one that others push has stayed", () => {
  const row = rowAt(laid, heights, 52)!;
  const [pinned, folder, today] = [laid[0]!, laid[1]!, laid[2]!];
  const after = (...sections: Section[]): number | undefined => stillAt(placed(sections, heights), heights, row);
  expect(after(pinned, folder, { ...today, rows: rows("new", "c", "d", "e") })).toBe(60);
  expect(after({ ...pinned, rows: rows("d", "a", "b") }, folder, today)).toBe(60); // not gone from where it was, for a moment
  expect(after({ ...pinned, rows: rows("d", "a", "b") }, folder, { ...today, rows: rows("c", "e") })).toBeUndefined();
  expect(after(pinned, folder, { ...today, rows: [{ ...rows("d")[0]!, updated: "now" }, ...rows("c", "e")] })).toBeUndefined();
  expect(after(pinned)).toBeUndefined();
});

test("the arrow keys go through folders and conversations in the order they are shown", () => {
  expect(stops(laid, heights).map(({ id }) => id)).toEqual(["a", "b", "folder:1", "c", "d", "e"]);
});
