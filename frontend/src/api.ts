/** One function per endpoint. They throw ApiError, SignedOut, or the TypeError of a network that is gone. */

import { errorOf } from "./errors";
import { authorized } from "./session";
import { surroundings } from "./ui/surroundings.svelte";
import type {
  ApiKey,
  ConversationPage,
  ConversationRow,
  ConversationTree,
  Folder,
  HitPage,
  Me,
  Message,
  Model,
  OwnData,
  Params,
  Prompt,
  Rating,
  Status,
} from "./wire";

async function call<T>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  const json = body === undefined ? {} : { headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  const asked = performance.now();
  const response = await authorized(`/api${path}`, { method, ...json, ...(signal && { signal }) });
  surroundings.reached(asked);
  if (!response.ok) throw await errorOf(response);
  return (response.status === 204 ? undefined : await response.json()) as T;
}

/** "?a=1&b=2" of what is given; "" of nothing. */
function query(fields: Record<string, string | number | boolean | null | undefined>): string {
  const given = Object.entries(fields).filter(([, value]) => value !== null && value !== undefined && value !== "");
  return given.length === 0 ? "" : `?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}`;
}

export const me = (): Promise<Me> => call("GET", "/me");

export const changeMe = (change: Partial<Pick<Me, "name" | "language" | "theme" | "defaultModel">>): Promise<Me> =>
  call("PATCH", "/me", change);

/** What is kept of the user. */
export const ownData = (): Promise<OwnData> => call("GET", "/data");

export const models = async (): Promise<Model[]> => (await call<{ models: Model[] }>("GET", "/models")).models;

// --- Conversations ---

export interface Which {
  cursor?: string | null;
  archived?: boolean;
  /** Id of a folder. */
  folder?: string | null;
}

export const conversations = (which: Which = {}): Promise<ConversationPage> => call("GET", `/conversations${query({ ...which })}`);

/** Search in all messages and titles. */
export const search = (q: string, cursor: string | null = null, signal?: AbortSignal): Promise<HitPage> =>
  call("GET", `/conversations${query({ q, cursor })}`, undefined, signal);

/** With `texts`, only the last so many messages of the branch on view carry their text; the others are `partial`. */
export const conversation = (id: string, texts?: number): Promise<ConversationTree> =>
  call("GET", `/conversations/${id}${query({ texts })}`);

/** These messages (100 at the most) with their text. */
export const texts = async (id: string, convIds: string[]): Promise<Message[]> =>
  (await call<{ messages: Message[] }>("GET", `/conversations/${id}/messages${query({ ids: convIds.join(",") })}`)).messages;

export interface Change {
  title?: string;
  currentNode?: string;
  pinned?: boolean;
  archived?: boolean;
  /** null takes it out of its folder. */
  folder?: string | null;
  system?: string;
  params?: Params;
}

/** 409 (ApiError 40902) when `version` is not the newest. */
export const change = (id: string, version: number, fields: Change): Promise<ConversationRow> =>
  call("PATCH", `/conversations/${id}`, { ...fields, version });

/** For a minute `restore` brings it back. */
export const remove = (id: string): Promise<void> => call("DELETE", `/conversations/${id}`);

export const restore = (id: string): Promise<ConversationRow> => call("POST", `/conversations/${id}/restore`);

/** The branch up to this message as a conversation of its own. */
export const fork = (id: string, convId: string): Promise<ConversationRow> => call("POST", `/conversations/${id}/fork`, { convId });

// --- Messages ---

/** With all below it. For a minute `restoreMessage` brings them back. */
export const removeMessage = (convId: string): Promise<ConversationRow> => call("DELETE", `/messages/${convId}`);

export const restoreMessage = (convId: string): Promise<ConversationRow> => call("POST", `/messages/${convId}/restore`);

/** `value` 0 takes a rating back. */
export const rate = async (convId: string, value: Rating["value"] | 0, reason = ""): Promise<Rating | null> =>
  (await call<{ rating: Rating | null }>("PUT", `/messages/${convId}/rating`, { value, reason })).rating;

export const cancel = (convId: string): Promise<{ status: Status }> => call("POST", `/chat/${convId}/cancel`);

// --- Folders, prompts, keys ---

export const folders = async (): Promise<Folder[]> => (await call<{ folders: Folder[] }>("GET", "/folders")).folders;

export const createFolder = (name: string): Promise<Folder> => call("POST", "/folders", { name });

export const renameFolder = (id: string, name: string): Promise<Folder> => call("PATCH", `/folders/${id}`, { name });

/** Its conversations go back to the list. */
export const removeFolder = (id: string): Promise<void> => call("DELETE", `/folders/${id}`);

export const prompts = async (): Promise<Prompt[]> => (await call<{ prompts: Prompt[] }>("GET", "/prompts")).prompts;

export const createPrompt = (name: string, content: string): Promise<Prompt> => call("POST", "/prompts", { name, content });

export const changePrompt = (id: string, fields: { name?: string; content?: string }): Promise<Prompt> =>
  call("PATCH", `/prompts/${id}`, fields);

export const removePrompt = (id: string): Promise<void> => call("DELETE", `/prompts/${id}`);

export const keys = async (): Promise<ApiKey[]> => (await call<{ keys: ApiKey[] }>("GET", "/keys")).keys;

/** `key` is the secret, shown this once. */
export const createKey = (name: string, scopes: ApiKey["scopes"], expires: string | null): Promise<ApiKey & { key: string }> =>
  call("POST", "/keys", { name, scopes, expires });

export const revokeKey = (id: string): Promise<void> => call("DELETE", `/keys/${id}`);

// --- Attachments ---

/** One that was not sent. */
export const detach = (id: string): Promise<void> => call("DELETE", `/attachments/${id}`);
