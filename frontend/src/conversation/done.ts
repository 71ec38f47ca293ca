/** What is done with a message on the server, and what is said of it. */

import * as api from "../api";
import { ApiError } from "../errors";
import { errorText, t } from "../i18n";
import { route } from "../route.svelte";
import { surroundings } from "../ui/surroundings.svelte";
import { toast } from "../ui/toast.svelte";
import type { Rating } from "../wire";
import type { Conversation } from "./conversation.svelte";
import type { Item } from "./item";
import type { Messages } from "./messages.svelte";

/** The branch up to here as a conversation of its own, which is opened. */
export function offerFork(conversation: Conversation, item: Item): Promise<boolean> {
  return saying(async () => {
    const { convGroupId } = await conversation.fork(item);
    route.go(convGroupId);
    toast(t("forked"));
  });
}

/** Deleted, with a way back. */
export function offerUndo(conversation: Conversation, item: Item): Promise<boolean> {
  return saying(async () => {
    const { count, undo } = await conversation.remove(item);
    const words = count > 1 ? t("branchDeleted", { count: count - 1 }) : t("messageDeleted");
    toast(words, { word: t("undo"), run: () => void saying(undo) });
  });
}

/** One after the other, so that what was said last is what is kept. */
let said: Promise<unknown> = Promise.resolve();

/** What an answer was like, 0 for nothing: shown at once, and as it was before when the server cannot keep it. */
export function rate(items: Messages, { convId }: Item, value: Rating["value"] | 0, reason = ""): Promise<boolean> {
  const before = items.get(convId)?.rating ?? null;
  showRating(items, convId, value === 0 ? null : { value, reason });
  return saying(async () => {
    const saving = said.then(() => api.rate(convId, value, reason));
    said = saving.catch(() => showRating(items, convId, before));
    await saving;
  });
}

function showRating(items: Messages, convId: string, rating: Rating | null): void {
  const item = items.get(convId);
  if (item) items.put({ ...item, rating });
}

/** Do it, and say why it could not be done; returns whether it was. */
async function saying(action: () => Promise<void>): Promise<boolean> {
  try {
    await action();
    return true;
  } catch (error) {
    if (surroundings.notice(error)) return false;
    const reason = error instanceof ApiError ? errorText(error.code, error.message) : t("unreachable");
    toast(t("notDone", { reason }));
    return false;
  }
}
