import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { forgetToken } from "../session";
import * as backoff from "../stream/backoff";
import { surroundings } from "../ui/surroundings.svelte";
import type { Message } from "../wire";
import { Conversation } from "./conversation.svelte";

const question: Message = {
  ...{ convId: "q", parentConvId: null, role: "user", content: "why", reasoning: "", status: "completed", model: null },
  ...{ usage: null, lastEventId: null, finishReason: null, error: null, created: "2026-01-01T00:00:00Z" },
};
const answer: Message = { ...question, convId: "a", parentConvId: "q", role: "assistant", content: "Because", lastEventId: "a.2", model: "m" };
const running: Message = { ...answer, status: "in_progress", content: "", lastEventId: null };
const stopped: Message = { ...answer, status: "cancelled" };

const tree = (...messages: Message[]) => ({
  ...{ convGroupId: "c", title: "", model: "m", version: 1, created: "", updated: "" },
  ...{ messages, currentNode: messages.at(-1)?.convId ?? null },
});
const json = (body: unknown, status = 200, headers = {}): Response => new Response(JSON.stringify(body), { status, headers });

/** One stream, to which the test writes. */
class Stream {
  #writer!: ReadableStreamDefaultController<Uint8Array>;
  readonly response = new Response(new ReadableStream({ start: (writer) => void (this.#writer = writer) }), {
    headers: { "Content-Type": "text/event-stream" },
  });

  write(seq: number, content: string, more: object = {}, delta: object = {}): void {
    const chunk = { convId: "a", convGroupId: "c", parentConvId: "q", choices: [{ delta: { content, ...delta } }], ...more };
    this.#send(`id: a.${seq}\ndata: ${JSON.stringify(chunk)}\n\n`);
  }

  end(): void {
    this.#send("data: [DONE]\n\n");
    this.#writer.close();
  }

  #send(text: string): void {
    this.#writer.enqueue(new TextEncoder().encode(text));
  }
}

type Answering = () => Response | Promise<Response>;
let site: Record<string, Answering>;
let asked: string[];
const onended = vi.fn();
let conversation: Conversation;

beforeEach(() => {
  asked = [];
  site = { "POST /api/auth/token": () => json({ accessToken: "t", expiresIn: 600 }) };
  vi.stubGlobal("fetch", async (url: string, { method = "GET" }: RequestInit = {}) => {
    asked.push(`${method} ${url}`);
    return site[`${method} ${url}`]!();
  });
  vi.spyOn(backoff, "wait").mockImplementation(() => new Promise((resolve) => setTimeout(resolve)));
  sessionStorage.clear();
  forgetToken();
  onended.mockClear();
  conversation = new Conversation("c", { onnamed: () => {}, onended });
});

afterEach(() => {
  conversation.leave();
  surroundings.signedOut = false;
});

const shown = () => conversation.branch.at(-1);
const times = (request: string): number => asked.filter((one) => one === request).length;

describe("stop", () => {
  test("of an answer that was stopped and continued before works again", async () => {
    const [first, second] = [new Stream(), new Stream()];
    site["GET /api/conversations/c"] = () => json(tree(question, running));
    site["GET /api/chat/a"] = () => first.response;
    site["POST /api/chat"] = () => second.response;
    site["POST /api/chat/a/cancel"] = () => json({ status: "cancelled" }, 202);
    await conversation.load();
    first.write(1, "Be", {}, { role: "assistant" });
    await vi.waitFor(() => expect(shown()?.content).toBe("Be"));
    conversation.stop();
    first.write(2, "", { status: "cancelled" });
    first.end();
    await vi.waitFor(() => expect(conversation.running).toBeUndefined());

    conversation.proceed(shown()!);
    second.write(3, "cause", {}, { role: "assistant" });
    await vi.waitFor(() => expect(shown()?.content).toBe("Because"));
    expect(conversation.running?.stopping).toBeUndefined();
    const before = times("POST /api/chat/a/cancel");
    conversation.stop();
    await vi.waitFor(() => expect(times("POST /api/chat/a/cancel")).toBeGreaterThan(before));
    second.write(4, "", { status: "cancelled" });
    second.end();
    await vi.waitFor(() => expect(shown()?.status).toBe("cancelled"));
  });

  test("is said again until the server has heard it, and shown as stopping meanwhile", async () => {
    const stream = new Stream();
    let failures = 0;
    site["GET /api/conversations/c"] = () => json(tree(question, running));
    site["GET /api/chat/a"] = () => stream.response;
    site["POST /api/chat/a/cancel"] = () => {
      failures += 1;
      if (failures < 3) throw new TypeError("no network");
      stream.write(1, "", { status: "cancelled" });
      stream.end();
      return json({ status: "cancelled" }, 202);
    };
    await conversation.load();
    conversation.stop();
    expect(conversation.running?.stopping).toBe(true);
    await vi.waitFor(() => expect(shown()?.status).toBe("cancelled"));
    expect(onended).toHaveBeenCalled();
  });
});

test("a refused continue brings the answer back with the reason", async () => {
  site["GET /api/conversations/c"] = () => json(tree(question, stopped));
  site["POST /api/chat"] = () => json({ code: 42901, msg: "too many" }, 429, { "Retry-After": "60" });
  await conversation.load();
  conversation.proceed(shown()!);
  await vi.waitFor(() => expect(shown()?.problem).toMatchObject({ code: 42901, msg: "too many" }));
  expect(shown()).toMatchObject({ status: "cancelled", content: "Because" });
  expect(shown()!.problem!.retryAt).toBeGreaterThan(Date.now());
});

test("a conversation that was deleted elsewhere shows nothing any more, but keeps the draft", async () => {
  site["GET /api/conversations/c"] = () => json(tree(question, answer));
  await conversation.load();
  conversation.draft = "unsent";
  site["GET /api/conversations/c"] = () => json({ code: 40401, msg: "" }, 404);
  await conversation.load();
  expect([conversation.phase, conversation.branch, conversation.draft]).toEqual(["missing", [], "unsent"]);
});

test("what is on view stays when it cannot be fetched again", async () => {
  site["GET /api/conversations/c"] = () => json(tree(question, answer));
  await conversation.load();
  site["GET /api/conversations/c"] = () => Promise.reject(new TypeError("no network"));
  await conversation.load();
  expect([conversation.phase, conversation.branch.length]).toEqual(["ready", 2]);
});

test("who left before the tree came follows nothing", async () => {
  site["GET /api/conversations/c"] = () => json(tree(question, running));
  const loaded = conversation.load();
  conversation.leave();
  await loaded;
  expect(asked).not.toContain("GET /api/chat/a");
});

test("of two trees on their way, the one asked for last counts", async () => {
  let early = (_: Response): void => {};
  site["GET /api/conversations/c"] = () => new Promise<Response>((resolve) => (early = resolve));
  const first = conversation.load();
  await vi.waitFor(() => expect(asked).toContain("GET /api/conversations/c"));
  site["GET /api/conversations/c"] = () => json(tree(question, answer));
  await conversation.load();
  early(json(tree(question)));
  await first;
  expect(shown()?.convId).toBe("a");
});

test("nothing is on its way for who is signed out", async () => {
  site["GET /api/conversations/c"] = () => json(tree(question, running));
  site["GET /api/chat/a"] = () => json({ code: 40101, msg: "" }, 401);
  await conversation.load();
  expect(conversation.running?.convId).toBe("a");
  await vi.waitFor(() => expect(surroundings.signedOut).toBe(true));
  expect(conversation.running).toBeUndefined();
});

test("an answer of the site tells that it is there, whatever the browser says", async () => {
  surroundings.online = false;
  site["GET /api/conversations/c"] = () => json(tree(question, answer));
  await conversation.load();
  expect(surroundings.online).toBe(true);
});
