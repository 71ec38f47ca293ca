import { beforeEach, expect, type MockInstance, test, vi } from "vitest";
import * as api from "../api";
import type { ConversationPage, ConversationRow } from "../wire";
import { ConversationList } from "./list.svelte";

let page: MockInstance<typeof api.conversations>;
let list: ConversationList;
beforeEach(() => {
  page = vi.spyOn(api, "conversations");
  list = new ConversationList({}, () => true);
});

/** One whose age is its number: 0 is the newest. */
const row = (number: number, version = 1): ConversationRow =>
  ({ convGroupId: `c${number}`, version, updated: new Date(1e12 - number * 1000).toISOString() }) as ConversationRow;

function answer(numbers: number[], nextCursor: string | null): void {
  const conversations = numbers.map((number) => row(number));
  page.mockResolvedValueOnce({ pinned: [], conversations, nextCursor } satisfies ConversationPage);
}

const ids = (): string[] => list.rows.map(({ convGroupId }) => convGroupId);

test("an empty list that was loaded stays loaded when the network goes", async () => {
  answer([], null);
  page.mockRejectedValueOnce(new TypeError("no network"));
  await list.refresh();
  await list.refresh();
  expect(list.phase).toBe("ready");
});

test("a list that never came says so, until it comes", async () => {
  page.mockRejectedValueOnce(new TypeError("no network"));
  answer([], null);
  await list.refresh();
  expect(list.phase).toBe("failed");
  await list.refresh();
  expect(list.phase).toBe("ready");
});

test("pages follow one another, and the newest one leaves those below alone", async () => {
  answer([1, 2], "after 2");
  answer([3, 4], null);
  answer([0, 1], "after 1");
  await list.refresh();
  await list.more();
  expect(page).toHaveBeenLastCalledWith({ cursor: "after 2" });
  await list.refresh();
  expect(ids()).toEqual(["c0", "c1", "c2", "c3", "c4"]);
  expect(list.hasMore).toBe(false);
});

test("loaded anew, a row that was deleted below the first page is gone", async () => {
  answer([1, 2], "after 2");
  answer([3, 4], "after 4");
  answer([1, 2], "after 2");
  answer([4, 5], "after 5");
  await list.refresh();
  await list.more();
  await list.reload();
  expect(ids()).toEqual(["c1", "c2", "c4", "c5"]);
  expect(list.hasMore).toBe(true);
});

test("a row goes where its time says, unless that is below what was loaded", async () => {
  answer([1, 3], "after 3");
  await list.refresh();
  list.put(row(2));
  list.put(row(9));
  expect(ids()).toEqual(["c1", "c2", "c3"]);
  list.put({ ...row(0), convGroupId: "c3" });
  expect(ids()).toEqual(["c3", "c1", "c2"]);
});

test("what was changed while a page was on its way is newer than the page", async () => {
  answer([1], null);
  await list.refresh();
  list.put(row(1, 5));
  answer([1], null);
  await list.refresh();
  expect(list.rows[0]?.version).toBe(5);
});

test("two ends of the list in view ask for one page", async () => {
  answer([1], "after 1");
  await list.refresh();
  answer([2], null);
  await Promise.all([list.more(), list.more()]);
  expect(page).toHaveBeenCalledTimes(2);
});

test("of a list scrolled far down only the newest pages are fetched anew, once for all who ask, and the rest is paged to", async () => {
  page.mockImplementation(({ cursor } = {}) => {
    const at = Number(cursor ?? 0);
    return Promise.resolve({ pinned: [], conversations: [row(at)], nextCursor: at < 19 ? String(at + 1) : null });
  });
  await list.refresh();
  while (list.hasMore) await list.more();
  page.mockClear();
  await Promise.all([list.reload(), list.reload()]);
  expect(page).toHaveBeenCalledTimes(10);
  expect(ids()).toHaveLength(10);
  while (list.hasMore) await list.more();
  expect(ids()).toHaveLength(20);
});
