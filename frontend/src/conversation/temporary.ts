/** A temporary chat ends with the page that shows it. What does not reach the server is deleted there after a day. */

import { authorized } from "../session";
import { reloading } from "../ui/reload";
import { surroundings } from "../ui/surroundings.svelte";
import type { Conversation } from "./conversation.svelte";

/** Whoever showed this conversation shows another one, or nothing any more. */
export function end({ id, terms }: Conversation): void {
  if (reloading() || id === null || !terms.now.temporary) return;
  // What a page asks for while it is closed is cut off, unless it says `keepalive`.
  authorized(`/api/conversations/${id}`, { method: "DELETE", keepalive: true }).catch((error: unknown) => surroundings.notice(error));
}
