import { expect, test } from "vitest";
import type { ConversationRow } from "../wire";
import { byAge } from "./ages";

const now = new Date(2026, 10, 20, 14, 0);
const rows = (...dates: Date[]): ConversationRow[] => dates.map((date) => ({ updated: date.toISOString() }) as ConversationRow);
const headings = (...dates: Date[]): [string, number][] => byAge(rows(...dates), now).map((age) => [age.heading, age.rows.length]);

test("days go by the reader's midnight", () => {
  expect(headings(new Date(2026, 10, 20, 0, 0), new Date(2026, 10, 19, 23, 59), new Date(2026, 10, 19, 0, 0))).toEqual([
    ["Today", 1],
    ["Yesterday", 2],
  ]);
});

test("older ones stand under weeks, months of this year, and years", () => {
  const dates = [new Date(2026, 10, 13), new Date(2026, 10, 12), new Date(2026, 9, 20), new Date(2026, 8, 30), new Date(2026, 8, 1), new Date(2024, 3, 1)];
  expect(headings(...dates)).toEqual([
    ["Previous 7 days", 1],
    ["Previous 30 days", 1],
    ["October", 1],
    ["September", 2],
    ["2024", 1],
  ]);
});

test("ten thousand rows are all there, each once", () => {
  const many = rows(...Array.from({ length: 10_000 }, (_, at) => new Date(now.getTime() - at * 3_600_000)));
  const ages = byAge(many, now);
  expect(ages.flatMap((age) => age.rows)).toEqual(many);
  expect(new Set(ages.map(({ key }) => key)).size).toBe(ages.length);
});

test("a clock that is behind the server's makes no heading of its own", () => {
  expect(headings(new Date(2026, 10, 21, 9, 0))).toEqual([["Today", 1]]);
});
