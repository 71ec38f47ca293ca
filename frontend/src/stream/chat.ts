/**
 * Reads one answer to its end, whatever happens on the way: fetchEventSource for one connection, and here what makes
 * many connections one reading. A POST starts it; once its ids are known, each later attempt is a GET from the cursor.
 */

import { fetchEventSource } from "@microsoft/fetch-event-source";
import { ApiError, errorOf, SignedOut } from "../errors";
import { authorized } from "../session";
import type { Start, StreamEvent } from "../wire";
import { wait } from "./backoff";
import { type Cursor, cursorOf, isTerminal } from "./fold";
import { type Rest, withoutSilence } from "./silence";

export interface Reading {
  /** Starts an answer; `key` makes a repeated start the same start. Without it, `from` is followed. */
  start?: { body: Start; key: string };
  /** The message and the last seq of it that the reader has (0: none): what to follow, or what a start continues. */
  from?: Cursor;
  signal: AbortSignal;
  onevent: (event: StreamEvent) => void;
  /** The connection was lost (true) or is back (false). */
  onlost?: (lost: boolean) => void;
  /** Waited for before each piece is read; what comes meanwhile, the browser keeps. */
  rest?: Rest;
}

/** How it ended: with its last event, because the cursor was at the end already, or by the caller. */
export type Outcome = "ended" | "gone" | "aborted";

/** A connection that ended too early, or brought something out of order: come back from the cursor. */
class Broken extends Error {}

/** Attempts in a row that a server may fail (500) before we believe that it will not get better. */
const PATIENCE = 3;

/** Reads until the end. Throws SignedOut, or the ApiError of a refusal that waiting cannot mend. */
export async function read({ start, from, signal, onevent, onlost, rest }: Reading): Promise<Outcome> {
  let cursor = from ?? null;
  let begun = !start;
  let failures = 0;
  const take = (event: StreamEvent): void => {
    const here = cursorOf(event.id) ?? cursor;
    // A start that continues a message may replay what the reader has; what lacks one in between is not taken.
    if (event.id === "" || follows(here, cursor)) {
      onevent(event);
      cursor = here;
    }
    if (!begun || failures > 0) onlost?.(false);
    begun = true;
    failures = 0;
  };
  while (!signal.aborted) {
    try {
      return await connect(begun ? following(cursor!) : starting(start!), signal, take, rest);
    } catch (error) {
      failures += 1;
      if (signal.aborted) break;
      if (isFinal(error, failures, begun)) throw error;
      onlost?.(true);
      await wait(failures, signal, error instanceof ApiError ? error.retryAfter : null);
    }
  }
  return "aborted";
}

interface Request {
  url: string;
  method?: string;
  headers: Record<string, string>;
  body?: string;
}

const starting = ({ body, key }: { body: Start; key: string }): Request => ({
  url: "/api/chat",
  method: "POST",
  headers: { "Content-Type": "application/json", "Idempotency-Key": key },
  body: JSON.stringify(body),
});

const following = ({ convId, seq }: Cursor): Request => ({
  url: `/api/chat/${convId}`,
  headers: seq > 0 ? { "Last-Event-ID": `${convId}.${seq}` } : {},
});

/** Whether `here` is the next event; false for one the reader has. Broken when one between them is missing. */
function follows(here: Cursor | null, last: Cursor | null): boolean {
  const seq = last?.seq ?? 0;
  if (!here || (last && here.convId !== last.convId) || here.seq > seq + 1) throw new Broken("an event is missing");
  return here.seq === seq + 1;
}

/** One connection. Resolves when the answer has ended, throws when it has to be tried again or cannot be. */
async function connect(
  { url, ...request }: Request,
  signal: AbortSignal,
  take: Reading["onevent"],
  rest: Rest | undefined,
): Promise<Outcome> {
  // Its own, because the library leaves a connection open when a handler of ours throws.
  const connection = new AbortController();
  const abort = (): void => connection.abort();
  signal.addEventListener("abort", abort);
  let outcome: Outcome | null = null;
  try {
    await fetchEventSource(url, {
      ...request,
      signal: connection.signal,
      // Else a tab that is hidden and shown again would post again.
      openWhenHidden: true,
      // The bearer may be another one at each attempt.
      fetch: async (input, init) => withoutSilence(await authorized(input, init ?? {}), rest),
      onopen: async (response) => {
        if (response.status === 204) outcome = "gone";
        else if (!response.ok) throw await errorOf(response);
        else if (!response.headers.get("Content-Type")?.startsWith("text/event-stream")) throw new Broken("no stream");
      },
      onmessage: (event) => {
        // A comment with a blank line behind it arrives as an event without data.
        if (event.data === "") return;
        take(event);
        if (isTerminal(event)) outcome = "ended";
      },
      onclose: () => {
        // An end without a terminal event means: come back with the cursor.
        if (!outcome) throw new Broken("the stream was cut");
      },
      // Rethrown, an error ends this connection; `read` decides what comes next.
      onerror: (error) => {
        throw error;
      },
    });
  } catch (error) {
    // A terminal event is the end, even when the connection breaks right after it.
    if (!outcome) throw error;
  } finally {
    signal.removeEventListener("abort", abort);
    connection.abort();
  }
  return outcome ?? "aborted";
}

function isFinal(error: unknown, failures: number, begun: boolean): boolean {
  if (error instanceof SignedOut) return true;
  if (!(error instanceof ApiError)) return false;
  if (error.status === 429) return !begun;
  // A disk that is full stays so; what has begun may have been written by then.
  if (error.code === 50301) return !begun && failures >= PATIENCE;
  // 503 is a server that restarts, 502 and 504 its proxy meanwhile; a 500 may be a fault that stays.
  return error.status < 500 || (error.status === 500 && failures >= PATIENCE);
}
