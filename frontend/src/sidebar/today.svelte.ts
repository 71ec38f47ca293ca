/** The day it is, which changes under a page that stays open. */

import { midnight } from "./ages";

class Today {
  date = $state.raw(new Date());

  constructor() {
    this.#wait();
    // Timers stand still while a computer sleeps.
    document.addEventListener("visibilitychange", () => this.#look());
    addEventListener("focus", () => this.#look());
  }

  #wait(): void {
    const now = new Date();
    setTimeout(() => (this.#look(), this.#wait()), midnight(now, -1).getTime() - now.getTime() + 500);
  }

  #look(): void {
    const now = new Date();
    if (now.toDateString() !== this.date.toDateString()) this.date = now;
  }
}

export const today = new Today();
