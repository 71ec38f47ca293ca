/** A message as the page shows it: what the server says of it, and where its reading stands. */

import type { ApiError } from "../errors";
import { cursorOf, type Cursor, fold, type Folded } from "../stream/fold";
import type { Message, Start, StreamEvent } from "../wire";

/** How an answer reaches us. Without one, nothing is on its way. */
export type Link = "sending" | "reading" | "lost";

export interface Refusal {
  code: number;
  msg: string;
  /** When it is worth another try, where the server said so; milliseconds since 1970. */
  retryAt: number | null;
}

export const refusalOf = ({ code, message, retryAfter }: ApiError): Refusal => ({
  code,
  msg: message,
  retryAt: retryAfter === null ? null : Date.now() + retryAfter * 1000,
});

export interface Item extends Folded {
  /** What the page knows it by: stays the same when the server gives a message its id. */
  key: string;
  link?: Link | undefined;
  /** Stop was pressed, and the end has not come yet. */
  stopping?: true | undefined;
  /** The server did not accept the start. */
  refusal?: Refusal | undefined;
  /** The server did not accept that it is continued. */
  problem?: Refusal | undefined;
  /** On the clock of performance.now(). */
  thinkingSince?: number;
  thoughtMs?: number;
}

const LOCAL = "local:";
/** Whether the server has not named the message yet. */
export const isLocal = ({ convId }: Item): boolean => convId.startsWith(LOCAL);

export const fromServer = (message: Message, key = message.convId): Item => ({ ...message, key });

function local(key: string, role: Item["role"], parentConvId: string | null, rest: Partial<Item>): Item {
  const nothing = { content: "", reasoning: "", usage: null, lastEventId: null, finishReason: null, error: null };
  const id = `${LOCAL}${key}:${role}`;
  const created = new Date().toISOString();
  return { ...nothing, convId: id, key: id, role, parentConvId, status: "completed", model: "", created, ...rest };
}

/** What a start will become once the server has named it: the question, unless it is asked again, and the answer. */
export function expected(start: Start, key: string): Item[] {
  const question = start.request === null ? [] : [local(key, "user", start.parentConvId, { content: start.request })];
  const parent = question[0]?.convId ?? start.parentConvId;
  const under = { status: "in_progress", link: "sending", model: start.model } as const;
  return [...question, local(key, "assistant", parent, under)];
}

/** Where to follow from: behind what was read, else at the beginning; undefined before the server named it. */
export function position(item: Item): Cursor | undefined {
  return cursorOf(item.lastEventId) ?? (isLocal(item) ? undefined : { convId: item.convId, seq: 0 });
}

/** The item with these events, and how long the model thought before it wrote. */
export function take(item: Item, events: StreamEvent[], now = performance.now()): Item {
  const folded = events.reduce<Folded>(fold, item) as Item;
  const { reasoning, content, status } = folded;
  const next: Item = status === "in_progress" ? folded : { ...folded, stopping: undefined };
  if (reasoning === "" || next.thoughtMs !== undefined) return next;
  const since = next.thinkingSince ?? now;
  return content === "" && status === "in_progress" ? { ...next, thinkingSince: since } : { ...next, thoughtMs: now - since };
}

/** The item as it is from the moment *continue* was asked for. */
export const continued = (item: Item): Item => ({
  ...item,
  status: "in_progress",
  link: "sending",
  error: null,
  finishReason: null,
  problem: undefined,
});

/** Whether more is to come. */
export const isRunning = ({ status, refusal }: Item): boolean => status === "in_progress" && !refusal;

/** Whether *continue* has something to continue. */
export const isUnfinished = ({ status, finishReason }: Item): boolean =>
  status === "cancelled" || status === "interrupted" || status === "failed" || finishReason === "length";
