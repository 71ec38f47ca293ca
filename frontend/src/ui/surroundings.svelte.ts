/** What is true of the whole page: whether there is a network, and whether somebody is signed in. */

import { SignedOut, SomebodyElse } from "../errors";
import { accessToken, forgetToken } from "../session";

class Surroundings {
  online = $state(navigator.onLine);
  signedOut = $state(false);
  #lostAt = Number.NEGATIVE_INFINITY;

  constructor() {
    addEventListener("online", () => (this.online = true));
    addEventListener("offline", () => {
      this.online = false;
      this.#lostAt = performance.now();
    });
    // Signing in again may have happened in another tab, or window.
    document.addEventListener("visibilitychange", () => void this.#askAgain());
    addEventListener("focus", () => void this.#askAgain());
  }

  /** The site answered what was asked `at` that time, whatever the browser believes: it may run on this very machine. */
  reached(at: number): void {
    // An answer that was on its way when the network went proves nothing.
    if (at > this.#lostAt) this.online = true;
  }

  /** Take note when the error says that the session has ended; returns whether it does. */
  notice(error: unknown): boolean {
    if (!(error instanceof SignedOut)) return false;
    this.signedOut = true;
    return true;
  }

  /** The server says that the session has ended. Whether it has not: a new password, for one, begins a new one. */
  async stillSignedIn(): Promise<boolean> {
    forgetToken();
    return accessToken().then(
      () => true,
      (error: unknown) => !this.notice(error),
    );
  }

  async #askAgain(): Promise<void> {
    if (!this.signedOut || document.hidden) return;
    forgetToken();
    await accessToken().then(
      () => location.reload(),
      (error: unknown) => error instanceof SomebodyElse && location.reload(),
    );
  }
}

export const surroundings = new Surroundings();
