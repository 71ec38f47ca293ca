/** One change of the user's that is on its way to the server, and how it went. */

import { ApiError } from "../errors";
import { errorText } from "../i18n";
import { announce } from "../ui/announce.svelte";
import { surroundings } from "../ui/surroundings.svelte";
import { t } from "./words";

export class Change {
  busy = $state(false);
  saved = $state(false);
  /** In words, "" when all is well. */
  problem = $state("");

  /** Returns whether it was done. Words of `told` by error code go before the usual ones. */
  async run(action: () => Promise<void>, told: Record<number, string> = {}): Promise<boolean> {
    this.busy = true;
    this.saved = false;
    this.problem = "";
    try {
      await action();
      this.saved = true;
      announce(t("saved"));
    } catch (error) {
      if (!surroundings.notice(error)) this.refuse(t("notSaved", { reason: reasonOf(error, told) }));
    } finally {
      this.busy = false;
    }
    return this.saved;
  }

  refuse(problem: string): void {
    this.saved = false;
    this.problem = problem;
  }
}

/** Why something failed, for a person. */
export function reasonOf(error: unknown, told: Record<number, string> = {}): string {
  if (error instanceof ApiError) return told[error.code] ?? errorText(error.code, error.message);
  if (error instanceof TypeError) return t("offline");
  throw error;
}
