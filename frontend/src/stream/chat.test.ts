import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { SignedOut } from "../errors";
import { forgetToken } from "../session";
import type { Start, StreamEvent } from "../wire";
import * as backoff from "./backoff";
import { read, type Reading } from "./chat";

type Reply = (response: ServerResponse, request: IncomingMessage) => void;

/** A server that answers /api/chat… with these replies, one after the other. */
let replies: Reply[];
let requests: { method: string; url: string; bearer: string; cursor: string; key: string }[];
let server: Server;
let tokens: number;
let signedIn: boolean;

beforeEach(async () => {
  [replies, requests, tokens, signedIn] = [[], [], 0, true];
  server = createServer((request, response) => {
    if (request.url === "/api/auth/token") return giveToken(response);
    const { authorization = "", "last-event-id": cursor = "", "idempotency-key": key = "" } = request.headers;
    requests.push({ method: request.method!, url: request.url!, bearer: authorization, cursor: String(cursor), key: String(key) });
    replies.shift()!(response, request);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const fetchThere = globalThis.fetch;
  vi.stubGlobal("fetch", (input: string, init: RequestInit) => fetchThere(base + input, init));
  vi.spyOn(backoff, "wait").mockResolvedValue();
  forgetToken();
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function giveToken(response: ServerResponse): void {
  tokens += 1;
  response.writeHead(signedIn ? 200 : 401).end(JSON.stringify({ accessToken: `t${tokens}`, expiresIn: 600, user: "", code: 40101, msg: "" }));
}

const frame = (seq: number, text: string, event = ""): string =>
  `${event && `event: ${event}\n`}id: m.${seq}\ndata: ${JSON.stringify({ choices: [{ delta: { content: text } }] })}\n\n`;
const DONE = "data: [DONE]\n\n";

const stream = (...frames: string[]): Reply => (response) => response.writeHead(200, { "Content-Type": "text/event-stream" }).end(frames.join(""));
const refuse = (code: number, msg = "no"): Reply => (response) => response.writeHead(Math.floor(code / 100)).end(JSON.stringify({ code, msg }));
/** Sends the frames, and resets the connection in the middle of the next one. */
const drop = (...frames: string[]): Reply => (response) => {
  response.writeHead(200, { "Content-Type": "text/event-stream" }).write(frames.join("") + "id: m.9\nda", () => response.destroy());
};

const body: Start = { model: "m", convGroupId: null, parentConvId: null, request: "hi" };

/** Reads with what the replies say; returns how it ended and the seqs that arrived. */
async function reading(options: Partial<Reading> = {}) {
  const events: StreamEvent[] = [];
  const start = options.from ? {} : { start: { body, key: "k" } };
  const outcome = await read({ ...start, signal: new AbortController().signal, onevent: (event) => events.push(event), ...options });
  return { outcome, seqs: events.map((event) => event.id.slice(2) || event.data).join(" ") };
}

describe("reading an answer", () => {
  test("survives an expired token, a drop, a 503 and an early end, and loses nothing", async () => {
    replies = [
      refuse(40102),
      drop(frame(1, ""), frame(2, "a")),
      refuse(50302),
      stream(frame(3, "b")),
      stream(frame(4, "c"), DONE),
    ];
    expect(await reading()).toEqual({ outcome: "ended", seqs: "1 2 3 4 [DONE]" });
    expect(requests.map((request) => `${request.method} ${request.url} ${request.bearer} ${request.cursor}`)).toEqual([
      "POST /api/chat Bearer t1 ",
      "POST /api/chat Bearer t2 ",
      "GET /api/chat/m Bearer t2 m.2",
      "GET /api/chat/m Bearer t2 m.2",
      "GET /api/chat/m Bearer t2 m.3",
    ]);
  });

  test("repeats a start that got no answer under the same key", async () => {
    replies = [(response) => response.destroy(), refuse(50301), stream(frame(1, ""), DONE)];
    expect((await reading()).outcome).toBe("ended");
    expect(requests.map(({ method, key }) => method + key)).toEqual(["POSTk", "POSTk", "POSTk"]);
  });

  test("comes back from the last good cursor when an event is missing", async () => {
    replies = [stream(frame(1, "a"), frame(3, "c"), DONE), stream(frame(2, "b"), frame(3, "c"), DONE)];
    expect((await reading()).seqs).toBe("1 2 3 [DONE]");
    expect(requests[1]?.cursor).toBe("m.1");
  });

  test("skips what it has when a continued message is replayed from its beginning", async () => {
    replies = [stream(frame(1, "a"), frame(2, "b"), frame(3, "c"), DONE)];
    expect((await reading({ start: { body, key: "k" }, from: { convId: "m", seq: 2 } })).seqs).toBe("3 [DONE]");
    expect(requests[0]).toMatchObject({ method: "POST", cursor: "" });
  });

  test("follows from the start without a cursor, and ends at 204", async () => {
    replies = [(response) => response.writeHead(204).end()];
    expect(await reading({ from: { convId: "m", seq: 0 } })).toEqual({ outcome: "gone", seqs: "" });
    expect(requests[0]).toMatchObject({ method: "GET", url: "/api/chat/m", cursor: "" });
  });

  test("ends with close, and ignores comments and empty messages", async () => {
    replies = [stream("retry: 1000\n" + frame(1, ""), ":\n\n", ": hello\n", frame(2, "", "close"))];
    expect(await reading()).toEqual({ outcome: "ended", seqs: "1 2" });
  });

  test("has ended when the connection breaks right after the last event", async () => {
    replies = [drop(frame(1, ""), frame(2, "", "close"))];
    expect((await reading()).outcome).toBe("ended");
    expect(requests).toHaveLength(1);
  });

  test("says when the connection is lost and when it is back", async () => {
    replies = [stream(frame(1, "a")), refuse(50301), stream(frame(2, "b"), DONE)];
    const lost: boolean[] = [];
    await reading({ onlost: (now) => lost.push(now) });
    expect(lost).toEqual([false, true, true, false]);
  });

  test("breaks when the reader's handler throws, and reads that event again", async () => {
    replies = [stream(frame(1, "a"), frame(2, "b"), DONE), stream(frame(2, "b"), DONE)];
    let thrown = false;
    const onevent = (event: StreamEvent): void => {
      if (event.id === "m.2" && !thrown) {
        thrown = true;
        throw new Error("cannot draw");
      }
    };
    expect((await reading({ onevent })).outcome).toBe("ended");
    expect(requests[1]?.cursor).toBe("m.1");
  });
});

describe("what waiting cannot mend", () => {
  test.each([
    [40401, "somebody else's"],
    [40901, "in progress"],
    [42203, "unknown model"],
    [42901, "too many"],
  ])("%i is thrown at once", async (code, msg) => {
    replies = [refuse(code, msg)];
    await expect(reading()).rejects.toMatchObject({ code, message: msg });
  });

  test("a session that has ended is SignedOut, after one attempt with a new token", async () => {
    replies = [refuse(40101), refuse(40101)];
    await expect(reading()).rejects.toBeInstanceOf(SignedOut);
    signedIn = false;
    forgetToken();
    await expect(reading()).rejects.toBeInstanceOf(SignedOut);
    expect(requests).toHaveLength(2);
  });

  test("a 500 is believed the third time", async () => {
    replies = [refuse(50001), refuse(50001), refuse(50001)];
    await expect(reading()).rejects.toMatchObject({ code: 50001 });
  });

  test("a start that cannot be stored is given up the third time, an answer under way never", async () => {
    replies = [refuse(50301), refuse(50301), refuse(50301)];
    await expect(reading()).rejects.toMatchObject({ code: 50301 });
    replies = [refuse(50301), refuse(50301), refuse(50301), stream(frame(1, ""), DONE)];
    expect((await reading({ from: { convId: "m", seq: 0 } })).outcome).toBe("ended");
  });

  test("a proxy's page is tried again", async () => {
    replies = [(response) => response.writeHead(502, { "Content-Type": "text/html" }).end("<h1>Bad Gateway</h1>"), stream(frame(1, ""), DONE)];
    expect((await reading()).outcome).toBe("ended");
  });
});

describe("abort", () => {
  test("ends the connection and resolves", async () => {
    const controller = new AbortController();
    let closed = (): void => {};
    const left = new Promise<void>((resolve) => (closed = resolve));
    replies = [
      (response) => {
        response.writeHead(200, { "Content-Type": "text/event-stream" }).write(frame(1, "a"));
        response.on("close", closed);
      },
    ];
    const ended = reading({ signal: controller.signal, onevent: () => controller.abort() });
    expect((await ended).outcome).toBe("aborted");
    await left;
  });

  test("before the first attempt makes none", async () => {
    expect((await reading({ signal: AbortSignal.abort() })).outcome).toBe("aborted");
    expect(requests).toHaveLength(0);
  });
});

test("waits grow, are spread, and have an end", () => {
  expect([1, 2, 3, 20].map((failures) => backoff.delay(failures, () => 1))).toEqual([400, 800, 1600, 10_000]);
  expect(backoff.delay(1, () => 0)).toBe(200);
});
