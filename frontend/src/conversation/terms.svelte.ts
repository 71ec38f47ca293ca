/** What a conversation is held with beside its messages: system prompt, parameters, and whether it is kept at all. */

import type { ConversationTree, Start } from "../wire";
import * as drafts from "./drafts";

export type Held = Pick<drafts.Terms, "system" | "params">;

export class Terms {
  #now = $state.raw<drafts.Terms>(drafts.NO_TERMS);
  /** 0 until the server has told it: of a conversation that was just named. */
  version = 0;

  constructor(isNew: boolean) {
    if (isNew) this.#now = drafts.newTerms();
  }

  get now(): drafts.Terms {
    return this.#now;
  }

  /** Whether the model is told anything, or asked in another way than usual. */
  get any(): boolean {
    return this.#now.system !== "" || Object.keys(this.#now.params).length > 0;
  }

  adopt({ system, params, temporary, version }: drafts.Terms & Pick<ConversationTree, "version">): void {
    this.#now = { system, params, temporary };
    this.version = version;
  }

  /** For the conversation that is about to begin. */
  choose(change: Partial<drafts.Terms>): void {
    this.#now = { ...this.#now, ...change };
    drafts.keepNewTerms(this.#now);
  }

  /** What the first message of a new conversation carries. The next one begins without. */
  take(): Pick<Start, "system" | "conversationParams" | "temporary"> {
    drafts.keepNewTerms(drafts.NO_TERMS);
    const { system, params, temporary } = this.#now;
    const set = Object.keys(params).length > 0;
    return { ...(system && { system }), ...(set && { conversationParams: params }), ...(temporary && { temporary }) };
  }
}

/** The message that should have begun a conversation was taken back: what it carried waits for the next. */
export const giveBack = ({ system = "", conversationParams: params = {}, temporary = false }: Start): void =>
  drafts.keepNewTerms({ system, params, temporary });
