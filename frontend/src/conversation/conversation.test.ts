import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { forgetToken } from "../session";
import * as backoff from "../stream/backoff";
import { surroundings } from "../ui/surroundings.svelte";
import type { Message } from "../wire";
import { Conversation } from "./conversation.svelte";
import * as outbox from "./outbox";

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
  site = { "POST /api/auth/token": () => json({ accessToken: "t", expiresIn: 600, user: "" }) };
  vi.stubGlobal("fetch", async (url: string, { method = "GET" }: RequestInit = {}) => {
    asked.push(`${method} ${url}`);
    return site[`${method} ${url}`]!();
  });
  vi.spyOn(backoff, "wait").mockImplementation(() => new Promise((resolve) => setTimeout(resolve)));
  outbox.forgetAll();
  forgetToken();
  onended.mockClear();
  conversation = opened("c");
});

afterEach(() => {
  conversation.leave();
  surroundings.signedOut = false;
});

const opened = (id: string | null): Conversation => new Conversation(id, { onnamed: () => {}, onended, onrefused: () => {} });
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

    conversation.proceed(shown()!, "m");
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
    await vi.waitFor(() => expect(onended).toHaveBeenCalled());
  });

  test("is said once more at the most when nobody looks any more, for the end will not be seen", async () => {
    site["GET /api/conversations/c"] = () => json(tree(question, running));
    site["GET /api/chat/a"] = () => new Stream().response;
    site["POST /api/chat/a/cancel"] = () => json({ status: "in_progress" }, 202);
    await conversation.load();
    conversation.stop();
    conversation.leave();
    await vi.waitFor(() => expect(shown()?.stopping).toBeUndefined());
    const said = times("POST /api/chat/a/cancel");
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(times("POST /api/chat/a/cancel")).toBe(said);
  });
});

describe("what was written and not sent", () => {
  const refuse = (): Response => json({ code: 42901, msg: "too many" }, 429);
  const sendAndBeRefused = async (): Promise<void> => {
    site["GET /api/conversations/c"] = () => json(tree(question, answer));
    site["POST /api/chat"] = refuse;
    await conversation.load();
    conversation.send("and how", "m");
    await vi.waitFor(() => expect(shown()?.refusal).toBeDefined());
  };
  const unsent = { key: "k", at: 0, body: { model: "m", convGroupId: "c", parentConvId: "a", request: "and how" } };

  test("stands in the composer of the next new conversation when nobody looked as it was refused", async () => {
    conversation = opened(null);
    let answered = (_: Response): void => {};
    site["POST /api/chat"] = () => new Promise((resolve) => (answered = resolve));
    conversation.send("why", "m");
    await vi.waitFor(() => expect(asked).toContain("POST /api/chat"));
    conversation.leave();
    const next = opened(null);
    next.draft = "another";
    answered(refuse());
    await vi.waitFor(() => expect(next.draft).toBe("why\n\nanother"));
    expect(outbox.waiting()).toEqual([]);
  });

  test("stands there, too, when a new conversation that was refused is left", async () => {
    conversation = opened(null);
    site["POST /api/chat"] = refuse;
    conversation.send("why", "m");
    await vi.waitFor(() => expect(shown()?.refusal).toBeDefined());
    conversation.leave();
    expect(opened(null).draft).toBe("why");
  });

  test("is shown as refused also by the next page, and not sent again by itself", async () => {
    await sendAndBeRefused();
    conversation = opened("c");
    await conversation.resend(outbox.waiting()[0]!);
    expect(conversation.branch.map(({ content }) => content)).toEqual(["why", "Because", "and how", ""]);
    expect([shown()?.refusal?.code, times("POST /api/chat")]).toEqual([42901, 1]);
  });

  test("returns to the composer when something else is sent instead", async () => {
    await sendAndBeRefused();
    conversation.send("and when", "m");
    expect([conversation.draft, shown()?.refusal]).toEqual(["and how", undefined]);
    await vi.waitFor(() => expect(shown()?.refusal).toBeDefined());
  });

  test("can be asked in a new conversation when its own was deleted", async () => {
    site["GET /api/conversations/c"] = () => json({ code: 40401, msg: "" }, 404);
    site["POST /api/chat"] = () => new Promise<Response>(() => {});
    void conversation.resend(unsent);
    await conversation.load();
    expect([conversation.phase, opened(null).draft]).toEqual(["missing", "and how"]);
  });

  test("is shown where others went on, if it was accepted long ago", async () => {
    const stream = new Stream();
    const later: Message = { ...question, convId: "b", parentConvId: "a", created: "2026-01-02T00:00:00Z" };
    site["GET /api/conversations/c"] = () => json(tree(question, answer, later));
    site["POST /api/chat"] = () => stream.response;
    stream.write(1, "Because", {}, { role: "assistant" });
    stream.write(2, "", { status: "completed" });
    stream.end();
    await conversation.resend({ ...unsent, body: { ...unsent.body, parentConvId: null, request: "why" } });
    expect([conversation.currentNode, outbox.waiting()]).toEqual(["b", []]);
  });

  test("is not read to its end while nobody looks", async () => {
    const stream = new Stream();
    site["POST /api/chat"] = () => stream.response;
    const sent = conversation.resend({ ...unsent, body: { ...unsent.body, parentConvId: null } });
    conversation.leave();
    stream.write(1, "Be", {}, { role: "assistant" });
    await sent;
    expect([shown()?.convId, shown()?.status]).toEqual(["a", "in_progress"]);
  });
});

test("a refused continue brings the answer back with the reason", async () => {
  site["GET /api/conversations/c"] = () => json(tree(question, stopped));
  site["POST /api/chat"] = () => json({ code: 42901, msg: "too many" }, 429, { "Retry-After": "60" });
  await conversation.load();
  conversation.proceed(shown()!, "m");
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
