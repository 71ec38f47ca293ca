/** What the server has stored of an answer, asked for afresh until it says so. */

import * as api from "../../api";
import { ApiError } from "../../errors";
import { wait } from "../../stream/backoff";
import { surroundings } from "../../ui/surroundings.svelte";
import type { Message } from "../../wire";

const NOTHING = { content: "", reasoning: "" };

/** undefined when nobody waits any more, or the server will not say. */
export async function stored(
  conversation: string,
  message: string,
  signal: AbortSignal,
): Promise<Pick<Message, "content" | "reasoning"> | undefined> {
  for (let failures = 1; !signal.aborted; failures += 1) {
    try {
      const [found = NOTHING] = await api.texts(conversation, [message]);
      return signal.aborted ? undefined : found;
    } catch (error) {
      if (surroundings.notice(error) || (error instanceof ApiError && error.status < 500)) return undefined;
      await wait(failures, signal);
    }
  }
  return undefined;
}
