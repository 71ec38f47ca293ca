/** The message that a stream's events amount to. Pure; the server's fold agrees with it (tests/fixtures/fold). */

import type { Chunk, Message, StreamEvent } from "../wire";

export interface Folded extends Message {
  /** The site's rules replaced the text. */
  filtered?: true;
}

export function fold(message: Folded, event: StreamEvent): Folded {
  if (event.data === "[DONE]") return message;
  const chunk = JSON.parse(event.data) as Chunk;
  const next = { ...message, lastEventId: event.id || message.lastEventId, model: chunk.model ?? message.model };
  if (event.event === "close") return closed(next, chunk);
  if (event.event === "moderation") return { ...next, content: chunk.filteredText ?? "", filtered: true };
  return folded(next, chunk);
}

function closed(message: Folded, { status, code, msg, retryable, usage }: Chunk): Folded {
  const error = { code: code ?? 0, msg: msg ?? "", retryable: retryable ?? false };
  return { ...message, status: status ?? "failed", finishReason: null, error, usage: usage ?? message.usage };
}

function folded(message: Folded, { choices, status, usage }: Chunk): Folded {
  const { delta, finish_reason } = choices?.[0] ?? {};
  // The role comes once per generation: with it a continued message is under way again.
  const begun = delta?.role ? ({ status: "in_progress", finishReason: null, error: null } as const) : {};
  const ended = status ? { status, finishReason: finish_reason ?? null, usage: usage ?? message.usage } : {};
  return {
    ...message,
    ...begun,
    ...ended,
    content: message.content + (delta?.content ?? ""),
    reasoning: message.reasoning + (delta?.reasoning_content ?? ""),
  };
}

/** Whether nothing comes after this event. */
export function isTerminal({ event, data }: StreamEvent): boolean {
  return event === "close" || data === "[DONE]";
}

export interface Cursor {
  convId: string;
  seq: number;
}

/** "<convId>.<seq>" taken apart; null for what is not an event id. */
export function cursorOf(id: string | null): Cursor | null {
  const match = /^(.+)\.(\d+)$/.exec(id ?? "");
  return match && { convId: match[1]!, seq: Number(match[2]) };
}
