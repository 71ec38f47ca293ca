/** What is done with a message on the server, and what is said of it. */

import { ApiError } from "../errors";
import { errorText, t } from "../i18n";
import { route } from "../route.svelte";
import { surroundings } from "../ui/surroundings.svelte";
import { toast } from "../ui/toast.svelte";
import type { Conversation } from "./conversation.svelte";
import type { Item } from "./item";

/** The branch up to here as a conversation of its own, which is opened. */
export function offerFork(conversation: Conversation, item: Item): Promise<void> {
  return saying(async () => {
    const { convGroupId } = await conversation.fork(item);
    route.go(convGroupId);
    toast(t("forked"));
  });
}

/** Deleted, with a way back. */
export function offerUndo(conversation: Conversation, item: Item): Promise<void> {
  return saying(async () => {
    const { count, undo } = await conversation.remove(item);
    const words = count > 1 ? t("branchDeleted", { count: count - 1 }) : t("messageDeleted");
    toast(words, { word: t("undo"), run: () => void saying(undo) });
  });
}

/** Do it, and say why it could not be done. */
async function saying(action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch (error) {
    if (surroundings.notice(error)) return;
    const reason = error instanceof ApiError ? errorText(error.code, error.message) : t("unreachable");
    toast(t("notDone", { reason }));
  }
}
