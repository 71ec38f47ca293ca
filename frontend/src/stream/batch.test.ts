import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Batch } from "./batch";

let applied: number[][];
let batch: Batch<number>;

beforeEach(() => {
  vi.useFakeTimers();
  applied = [];
  batch = new Batch((items) => applied.push(items));
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const frame = () => vi.advanceTimersToNextFrame();

/** For how many milliseconds nothing is read from now on. */
function pause(): number {
  const timer = vi.spyOn(globalThis, "setTimeout");
  void batch.rest();
  const ms = timer.mock.lastCall?.[1] ?? 0;
  timer.mockRestore();
  return ms;
}

describe("a batch", () => {
  test("is handed on with the next frame, in order", () => {
    [1, 2, 3].forEach((item) => batch.push(item));
    expect(applied).toEqual([]);
    frame();
    expect(applied).toEqual([[1, 2, 3]]);
  });

  test("is handed on at once when it is flushed, and not again", () => {
    batch.push(1);
    batch.flush();
    frame();
    expect(applied).toEqual([[1]]);
  });

  test("is handed on while the page is hidden, where no frames come and nothing rests", async () => {
    vi.spyOn(document, "hidden", "get").mockReturnValue(true);
    batch.push(1);
    await batch.rest();
    vi.advanceTimersByTime(250);
    expect(applied).toEqual([[1]]);
  });

  test.each([
    [0, 80],
    [5, 120],
    [50, 300],
  ])("whose last frame took %d ms lets nothing be read for %d ms", (cost, rest) => {
    let now = 0;
    vi.spyOn(performance, "now").mockImplementation(() => now);
    batch = new Batch(() => (now += cost));
    expect(pause()).toBe(0);
    batch.push(1);
    frame();
    vi.runAllTimers();
    batch.push(2);
    expect(pause()).toBe(rest);
  });
});
