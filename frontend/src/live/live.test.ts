import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { live } from "./live";

class Socket {
  static readonly CLOSED = 3;
  static made: Socket[] = [];
  readyState = 0;
  onopen = (): void => {};
  onclose = (_: { code: number }): void => {};
  constructor() {
    Socket.made.push(this);
  }
  close(): void {}
}

/** What browsers say of a connection that broke. */
const CUT = 1006;
const SIGNED_OUT = 4401;

const last = (): Socket => Socket.made.at(-1)!;
const onback = vi.fn();
let signedIn: boolean;
let end: () => void;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("WebSocket", Socket);
  onback.mockClear();
  [Socket.made, signedIn] = [[], true];
  end = live({ onhint: () => {}, onback, onout: async () => signedIn });
});

afterEach(() => {
  end();
  vi.useRealTimers();
});

test("the first connection is no news", () => {
  last().onopen();
  expect(onback).not.toHaveBeenCalled();
});

test("after a break everything counts as changed", () => {
  last().onopen();
  last().onclose({ code: CUT });
  vi.runOnlyPendingTimers();
  last().onopen();
  expect(onback).toHaveBeenCalledOnce();
});

test("so it does when the first connection comes late: what was fetched meanwhile may have failed", () => {
  last().onclose({ code: CUT });
  vi.runOnlyPendingTimers();
  last().onopen();
  expect(onback).toHaveBeenCalledOnce();
});

/** Connections within a minute at a server that accepts each and closes it at once. */
async function connectionsInAMinute(code: number): Promise<number> {
  for (let passed = 0; passed < 60_000; passed += 100) {
    if (last().readyState === 0) {
      last().onopen();
      last().readyState = Socket.CLOSED;
      last().onclose({ code });
    }
    await vi.advanceTimersByTimeAsync(100);
  }
  return Socket.made.length;
}

test("who is signed out is told so once, and not asked about again", async () => {
  signedIn = false;
  expect(await connectionsInAMinute(SIGNED_OUT)).toBe(1);
  dispatchEvent(new Event("online"));
  expect(Socket.made).toHaveLength(1);
});

test("a session that was replaced by a newer one is connected again", async () => {
  last().onopen();
  last().onclose({ code: SIGNED_OUT });
  await vi.advanceTimersByTimeAsync(1000);
  expect(Socket.made).toHaveLength(2);
});

test("a server that accepts and closes is asked less and less often", async () => {
  expect(await connectionsInAMinute(CUT)).toBeLessThan(20);
});

test("a connection that stood for a while is forgiven what was before it", async () => {
  await connectionsInAMinute(CUT);
  await vi.advanceTimersByTimeAsync(10_000);
  last().onopen();
  await vi.advanceTimersByTimeAsync(10_000);
  const before = Socket.made.length;
  last().onclose({ code: CUT });
  await vi.advanceTimersByTimeAsync(400);
  expect(Socket.made).toHaveLength(before + 1);
});
