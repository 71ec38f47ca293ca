import { expect, test } from "vitest";
import { withQuote } from "./quoting";

test("each line is quoted, and there is room below", () => expect(withQuote("", "one\ntwo\n")).toBe("> one\n> two\n\n"));

test("paragraphs stay apart, by one line", () => expect(withQuote("", "one\n\n\n\ntwo")).toBe("> one\n>\n> two\n\n"));

test("what was written stays before it", () => expect(withQuote("You say \n", "so")).toBe("You say\n\n> so\n\n"));

test("code keeps its indentation", () => expect(withQuote("", "if x:\n    y()")).toBe("> if x:\n>     y()\n\n"));
