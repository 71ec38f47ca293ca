import { describe, expect, test } from "vitest";
import type { Prompt } from "../wire";
import { holeBefore, holeFrom, matching, slashAt } from "./slash";

const prompt = (name: string): Prompt => ({ id: name, name, content: "", updated: "" });
const query = (text: string, caret = text.length) => slashAt(text, caret)?.query;

describe("a slash", () => {
  test("at the very beginning asks for all", () => expect(slashAt("/", 1)).toEqual({ start: 0, end: 1, query: "" }));
  test("after a space or a new line asks too", () => expect([query("a /su"), query("a\n/su")]).toEqual(["su", "su"]));
  test("is read up to the caret", () => expect(query("/summary", 4)).toBe("sum"));
  test("asks in Chinese", () => expect(query("/翻译")).toBe("翻译"));
  test("inside a word does not", () => expect([query("and/or"), query("1/2"), query("是/否")]).toEqual([undefined, undefined, undefined]));
  test("with a word behind it that is over does not", () => expect(query("/usr was")).toBeUndefined());
  test("of a path does not", () => expect(query("/usr/bin")).toBeUndefined());
  test("before the caret only counts when it is there", () => expect(slashAt("/a", 0)).toBeNull());
  test("with more behind it than a name can have does not", () => expect(query(`/${"a".repeat(61)}`)).toBeUndefined());
});

describe("the prompts it means", () => {
  const all = ["Explain", "Summary", "My summary", "翻译"].map(prompt);
  const names = (query: string) => matching(all, query).map(({ name }) => name);
  test("are all without a word", () => expect(names("")).toHaveLength(4));
  test("have the word in their name, whatever its case, at the beginning first", () => expect(names("SUM")).toEqual(["Summary", "My summary"]));
  test("may be none", () => expect(names("zzz")).toEqual([]));
});

describe("holes", () => {
  const text = "Write {{what}} for {{whom}}.";
  test("follow one another, and the first follows the last", () => {
    expect([0, 6, 7, 27].map((from) => holeFrom(text, from)?.start)).toEqual([6, 6, 19, 6]);
  });
  test("also backwards", () => expect([28, 19, 6].map((from) => holeBefore(text, from)?.start)).toEqual([19, 6, 19]));
  test("do not reach over lines and are never empty", () => expect(holeFrom("{{a\nb}} {{}}", 0)).toBeNull());
});
