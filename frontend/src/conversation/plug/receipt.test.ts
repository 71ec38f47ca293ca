import { describe, expect, it } from "vitest";
import { receiptOf, Tally } from "./receipt";

const text = (content: string, reasoning = "") => ({ content, reasoning });
const lost = (here: string, there: string, most = 0): number => receiptOf(text(here), text(there), most, 0).lost;

describe("the receipt", () => {
  it("counts characters, not code units, and reasoning as well", () => {
    expect(receiptOf(text("你好🙂", "hm"), text("你好🙂", "hm"), 0, 0)).toEqual({ received: 5, stored: 5, lost: 0, repeated: 0 });
  });

  it("misses what the page did not get, wherever it stood", () => {
    expect(lost("abc", "abcde")).toBe(2);
    expect(lost("cde", "abcde")).toBe(2);
    expect(lost("abe", "abcde")).toBe(2);
    expect(lost("", "abcde")).toBe(5);
  });

  it("misses what the server does not have", () => {
    expect(lost("abcde", "abc")).toBe(2);
    expect(lost("abcde", "")).toBe(5);
  });

  it("misses what was on a page before and is not any more", () => {
    expect(lost("abc", "abc", 5)).toBe(2);
    expect(lost("abc", "abc", 3)).toBe(0);
  });

  it("does not take another text of the same length for the same", () => {
    expect(lost("abXde", "abcde")).toBe(1);
    expect(lost("aaa", "aab")).toBe(1);
  });
});

describe("the tally", () => {
  const events = (...seqs: number[]) => seqs.map((seq) => ({ id: `m.${seq}` }));
  const repeated = (...batches: { id: string }[][]): number => {
    const tally = new Tally();
    for (const batch of batches) tally.take(batch);
    return tally.repeated;
  };

  it("counts nothing where each number comes once", () => {
    expect(repeated(events(1, 2, 3), events(4), [{ id: "" }])).toBe(0);
    expect(repeated(events(7, 8))).toBe(0);
  });

  it("counts each event that comes again", () => {
    expect(repeated(events(1, 2, 3), events(2, 3, 4))).toBe(2);
    expect(repeated(events(5, 5))).toBe(1);
  });
});
