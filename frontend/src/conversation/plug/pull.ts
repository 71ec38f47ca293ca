/** Asks for a long answer, and has the panel stand by. */

import type { Model } from "../../wire";
import type { Conversation } from "../conversation.svelte";
import { record } from "./record.svelte";
import { t } from "./words";

/** The demo has a model of its own for what is long. */
const LONG = "demo-long";

export function pull(conversation: Conversation, models: Model[], model: Model | undefined): void {
  const long = model?.demo ? models.find(({ id }) => id === LONG) : undefined;
  conversation.send(t("prompt"), (long ?? model)?.id ?? null);
  record.begin(conversation.items.current!);
}
