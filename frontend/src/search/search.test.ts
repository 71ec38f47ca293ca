import { beforeEach, expect, type MockInstance, test, vi } from "vitest";
import * as api from "../api";
import type { Hit, HitPage } from "../wire";
import { Search } from "./search.svelte";

const hit = (convId: string): Hit => ({ convGroupId: "c", title: "", convId, role: "user", snippet: [], archived: false, created: "" });

let asked: MockInstance<typeof api.search>;
let search: Search;
beforeEach(() => {
  vi.useFakeTimers();
  asked = vi.spyOn(api, "search").mockImplementation(async (q) => ({ hits: [hit(q)], nextCursor: null, indexing: false }));
  search = new Search();
  return () => vi.useRealTimers();
});

const pause = (): Promise<unknown> => vi.advanceTimersByTimeAsync(1000);
const found = (): (string | null)[] => search.hits.map(({ convId }) => convId);

test("asks once the typing pauses", async () => {
  for (const text of ["p", "po", "por", "port "]) search.type(text);
  await pause();
  expect(asked).toHaveBeenCalledTimes(1);
  expect(found()).toEqual(["port"]);
});

test("a word that an input method is still at is not looked for", async () => {
  search.type("yu", false);
  await pause();
  expect(asked).not.toHaveBeenCalled();
  search.type("渔");
  await pause();
  expect(found()).toEqual(["渔"]);
});

test("only the newest answer counts, and the older request is given up", async () => {
  let late: (page: HitPage) => void = () => {};
  asked.mockImplementationOnce(() => new Promise((resolve) => (late = resolve)));
  search.type("slow");
  await pause();
  search.type("quick");
  await pause();
  expect(asked.mock.calls[0]?.[2]?.aborted).toBe(true);
  late({ hits: [hit("slow")], nextCursor: null, indexing: false });
  await pause();
  expect(found()).toEqual(["quick"]);
});

test("an empty field shows nothing and asks nothing", async () => {
  search.type("port");
  await pause();
  search.type("  ");
  await pause();
  expect([asked.mock.calls.length, found()]).toEqual([1, []]);
});

test("the next page goes on below", async () => {
  asked.mockResolvedValueOnce({ hits: [hit("1")], nextCursor: "more", indexing: false });
  search.type("port");
  await pause();
  asked.mockResolvedValueOnce({ hits: [hit("2")], nextCursor: null, indexing: false });
  await search.more();
  expect([found(), search.hasMore]).toEqual([["1", "2"], false]);
});

test("a search that failed says so until one works", async () => {
  asked.mockRejectedValueOnce(new TypeError("no network"));
  search.type("port");
  await pause();
  expect(search.failed).toBe(true);
  search.again();
  await pause();
  expect([search.failed, found()]).toEqual([false, ["port"]]);
});

test("who goes on at once waits for the answer, without the pause", async () => {
  search.type("port");
  expect(await search.answered()).toBe(true);
  expect(found()).toEqual(["port"]);
  expect(await search.answered()).toBe(true);
  await pause();
  expect(asked).toHaveBeenCalledTimes(1);
});

test("who typed on does not go on with what was asked before", async () => {
  search.type("port");
  const going = search.answered();
  search.type("ports");
  expect(await going).toBe(false);
});

test("that older messages are still being indexed is told as long as it is so", async () => {
  asked.mockResolvedValueOnce({ hits: [], nextCursor: null, indexing: true });
  search.type("port");
  await pause();
  expect(search.indexing).toBe(true);
  search.type("ports");
  await pause();
  expect(search.indexing).toBe(false);
});
