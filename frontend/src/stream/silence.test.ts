import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type Rest, withoutSilence } from "./silence";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A body that is fed by hand. */
function fed(rest?: Rest) {
  let feed!: ReadableStreamDefaultController<Uint8Array>;
  const body = new ReadableStream<Uint8Array>({ start: (controller) => void (feed = controller) });
  const reader = withoutSilence(new Response(body), rest, 1000).body!.getReader();
  return { feed, reader };
}

describe("a response without silence", () => {
  test("hands on what comes, and its end", async () => {
    const { feed, reader } = fed();
    feed.enqueue(new Uint8Array([1, 2]));
    expect((await reader.read()).value).toEqual(new Uint8Array([1, 2]));
    feed.close();
    expect((await reader.read()).done).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("ends when nothing came for too long", async () => {
    const { reader } = fed();
    const read = reader.read();
    await vi.advanceTimersByTimeAsync(1300);
    expect((await read).done).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("fails as its body does", async () => {
    const { feed, reader } = fed();
    feed.error(new TypeError("network error"));
    await expect(reader.read()).rejects.toThrow("network error");
    expect(vi.getTimerCount()).toBe(0);
  });

  test("lives as long as something comes now and then", async () => {
    const { feed, reader } = fed();
    for (let round = 0; round < 5; round += 1) {
      const read = reader.read();
      await vi.advanceTimersByTimeAsync(800);
      feed.enqueue(new Uint8Array([10]));
      expect((await read).done).toBe(false);
    }
  });

  test("is not read while its reader rests", async () => {
    let go!: () => void;
    const { feed, reader } = fed(() => new Promise((resolve) => (go = resolve)));
    let got: Uint8Array | undefined;
    const read = reader.read().then(({ value }) => (got = value));
    feed.enqueue(new Uint8Array([1]));
    await vi.advanceTimersByTimeAsync(100);
    expect(got).toBeUndefined();
    go();
    expect(await read).toEqual(new Uint8Array([1]));
  });

  test("is left alone without a body, and where it is an error", async () => {
    expect(withoutSilence(new Response(null, { status: 204 })).body).toBeNull();
    expect(await withoutSilence(new Response("no", { status: 404 })).text()).toBe("no");
  });
});
