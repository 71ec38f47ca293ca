import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { live } from "./live";

class Socket {
  static readonly CLOSED = 3;
  static made: Socket[] = [];
  readyState = 0;
  onopen = (): void => {};
  onclose = (): void => {};
  constructor() {
    Socket.made.push(this);
  }
  close(): void {}
}

const last = (): Socket => Socket.made.at(-1)!;
const onback = vi.fn();
let end: () => void;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("WebSocket", Socket);
  onback.mockClear();
  end = live({ onhint: () => {}, onback });
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
  last().onclose();
  vi.runOnlyPendingTimers();
  last().onopen();
  expect(onback).toHaveBeenCalledOnce();
});

test("so it does when the first connection comes late: what was fetched meanwhile may have failed", () => {
  last().onclose();
  vi.runOnlyPendingTimers();
  last().onopen();
  expect(onback).toHaveBeenCalledOnce();
});
