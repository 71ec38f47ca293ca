import { beforeEach, expect, test, vi } from "vitest";
import type { Attachment } from "../wire";
import * as drafts from "./drafts";
import { Files, refusalOf } from "./files.svelte";
import * as upload from "./upload";

const file = (id: string): Attachment => ({ id, name: `${id}.txt`, type: "text/plain", size: 3, width: null, height: null, characters: 3 });

beforeEach(() => {
  drafts.forgetAll();
  document.head.innerHTML = `<meta name="user" content="alice">`;
});

test("a draft has its files, and both go with the conversation that was new", () => {
  drafts.keepText(null, "words");
  drafts.keepFiles(null, [file("a")]);
  drafts.moveNew("c");
  expect([drafts.textOf("c"), drafts.filesOf("c")]).toEqual(["words", [file("a")]]);
  expect([drafts.textOf(null), drafts.filesOf(null)]).toEqual(["", []]);
});

test("what comes back stands before what was added since, files too", () => {
  drafts.keepFiles("c", [file("b")]);
  drafts.giveBack("c", "not sent", [file("a")]);
  expect(drafts.filesOf("c").map(({ id }) => id)).toEqual(["a", "b"]);
});

test("the next new conversation begins with what was chosen for it, once", () => {
  drafts.keepNewTerms({ system: "Be brief.", params: { temperature: 0 }, temporary: true });
  expect(drafts.newTerms()).toEqual({ system: "Be brief.", params: { temperature: 0 }, temporary: true });
  drafts.keepNewTerms(drafts.NO_TERMS);
  expect(drafts.newTerms()).toEqual(drafts.NO_TERMS);
});

test("files are sent once: the composer has them no more, nor has the draft", () => {
  drafts.keepFiles("c", [file("a"), file("b")]);
  const files = new Files("c");
  expect(files.take().map(({ id }) => id)).toEqual(["a", "b"]);
  expect([files.list, drafts.filesOf("c")]).toEqual([[], []]);
});

test("what is known to be refused is not uploaded; what is not known is for the server to say", () => {
  const words = (size: number, type: string) => refusalOf({ size, type });
  expect(words(0, "text/plain")).not.toBe("");
  expect(words(20 * 2 ** 20 + 1, "text/plain")).not.toBe("");
  expect(words(1, "video/mp4")).not.toBe("");
  expect(words(1, "image/heic")).not.toBe("");
  expect([words(20 * 2 ** 20, "application/pdf"), words(1, "image/png"), words(1, ""), words(1, "image/svg+xml")]).toEqual(["", "", "", ""]);
});

test("a text that becomes a file stays in the draft until the server has it", async () => {
  drafts.keepText("c", "Sum this up: a long text");
  const files = new Files("c");
  const sending = vi.spyOn(upload, "upload").mockRejectedValueOnce(new TypeError("no network"));
  expect(files.addText("a long text")).toBe(true);
  await vi.waitFor(() => expect(files.failed).toBe(true));
  expect(drafts.textOf("c")).toBe("Sum this up: a long text");
  sending.mockResolvedValueOnce(file("a"));
  files.again(files.list[0]!.key);
  await vi.waitFor(() => expect(files.attachments).toEqual([file("a")]));
  expect(drafts.textOf("c")).toBe("Sum this up: ");
});

test("it stays there, too, when there is no room for another file", () => {
  drafts.keepText("c", "a long text");
  drafts.keepFiles("c", [..."0123456789"].map(file));
  const files = new Files("c");
  expect([files.addText("a long text"), files.list.length, drafts.textOf("c")]).toEqual([false, 10, "a long text"]);
  expect(files.note).not.toBe("");
});
