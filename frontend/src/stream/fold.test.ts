import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { StreamEvent } from "../wire";
import { cursorOf, fold, type Folded, isTerminal } from "./fold";

const empty = (): Folded => ({
  convId: "m",
  parentConvId: null,
  role: "assistant",
  content: "",
  reasoning: "",
  status: "in_progress",
  model: "",
  usage: null,
  lastEventId: null,
  finishReason: null,
  error: null,
  created: "2026-01-01T00:00:00Z",
});

const chunk = (seq: number, delta: object, rest: object = {}, finish: string | null = null): StreamEvent => ({
  id: `m.${seq}`,
  event: "",
  data: JSON.stringify({ choices: [{ index: 0, delta: { content: "", ...delta }, finish_reason: finish }], ...rest }),
});

const folded = (...events: StreamEvent[]): Folded => events.reduce(fold, empty());

describe("the fixtures both languages share", () => {
  const folder = "../tests/fixtures/fold";
  for (const file of readdirSync(folder).filter((name) => name.endsWith(".json"))) {
    const { name, events, message } = JSON.parse(readFileSync(`${folder}/${file}`, "utf8")) as {
      name: string;
      events: StreamEvent[];
      message: Partial<Folded>;
    };
    test(name, () => expect(folded(...events)).toMatchObject(message));
  }
});

describe("fold", () => {
  test("joins deltas and keeps reasoning apart", () => {
    const message = folded(chunk(1, { role: "assistant" }), chunk(2, { reasoning_content: "hm" }), chunk(3, { content: "你" }), chunk(4, { content: "好" }));
    expect(message).toMatchObject({ content: "你好", reasoning: "hm", status: "in_progress", lastEventId: "m.4" });
  });

  test("takes status, usage and the reason from the last chunk, and nothing from [DONE]", () => {
    const end = chunk(2, {}, { status: "completed", usage: { completion_tokens: 3 } }, "length");
    expect(folded(end, { id: "", event: "", data: "[DONE]" })).toMatchObject({
      status: "completed",
      finishReason: "length",
      usage: { completion_tokens: 3 },
      lastEventId: "m.2",
    });
  });

  test("takes the failure from close", () => {
    const close = { ...chunk(2, {}, { status: "failed", code: 50202, msg: "unreachable", retryable: true }), event: "close" };
    const error = { code: 50202, msg: "unreachable", retryable: true };
    expect(folded(chunk(1, { content: "a" }), close)).toMatchObject({ content: "a", status: "failed", error });
  });

  test("replaces everything by the filtered text, and goes on behind it", () => {
    const moderation = { ...chunk(2, {}, { code: 10013, filteredText: "***" }), event: "moderation" };
    expect(folded(chunk(1, { content: "bad" }), moderation, chunk(3, { content: "!" }))).toMatchObject({ content: "***!", filtered: true });
  });

  test("is under way again when a continued message gets its role a second time", () => {
    const close = { ...chunk(2, {}, { status: "interrupted", code: 50303, msg: "", retryable: true }), event: "close" };
    const again = folded(chunk(1, { content: "a" }), close, chunk(3, { role: "assistant" }), chunk(4, { content: "b" }));
    expect(again).toMatchObject({ content: "ab", status: "in_progress", error: null });
  });

  test("changes nothing it was given", () => {
    const message = Object.freeze(empty());
    expect(fold(message, chunk(1, { content: "a" }))).not.toBe(message);
  });
});

test("a terminal event is close or [DONE]", () => {
  expect([chunk(1, {}), { id: "", event: "", data: "[DONE]" }, { id: "m.2", event: "close", data: "{}" }].map(isTerminal)).toEqual([false, true, true]);
});

test.each([
  ["0190-ab.12", { convId: "0190-ab", seq: 12 }],
  ["", null],
  [null, null],
  ["x.-1", null],
])("the cursor of %j", (id, cursor) => expect(cursorOf(id)).toEqual(cursor));
