/** One function per endpoint. They throw ApiError, SignedOut, or the TypeError of a network that is gone. */

import { errorOf } from "./errors";
import { authorized } from "./session";
import { surroundings } from "./ui/surroundings.svelte";
import type { ConversationPage, ConversationRow, ConversationTree, Me, Model, Status } from "./wire";

async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
  const json = body === undefined ? {} : { headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  const asked = performance.now();
  const response = await authorized(`/api${path}`, { method, ...json });
  surroundings.reached(asked);
  if (!response.ok) throw await errorOf(response);
  return (response.status === 204 ? undefined : await response.json()) as T;
}

export const me = (): Promise<Me> => call("GET", "/me");

export const models = async (): Promise<Model[]> => (await call<{ models: Model[] }>("GET", "/models")).models;

export const conversations = (cursor: string | null = null): Promise<ConversationPage> =>
  call("GET", `/conversations${cursor === null ? "" : `?cursor=${encodeURIComponent(cursor)}`}`);

export const conversation = (id: string): Promise<ConversationTree> => call("GET", `/conversations/${id}`);

/** 409 (ApiError 40902) when `version` is not the newest. */
export const rename = (id: string, title: string, version: number): Promise<ConversationRow> =>
  call("PATCH", `/conversations/${id}`, { title, version });

export const remove = (id: string): Promise<void> => call("DELETE", `/conversations/${id}`);

export const cancel = (convId: string): Promise<{ status: Status }> => call("POST", `/chat/${convId}/cancel`);
