/** When Enter means "send", and never in the middle of composing a word. */

/** Safari ends the composition first and sends the Enter that confirmed it just after, as an ordinary key. */
const AFTER_COMPOSITION_MS = 60;

export class EnterKey {
  #composing = false;
  #endedAt = Number.NEGATIVE_INFINITY;

  start(): void {
    this.#composing = true;
  }

  /** `at`: timeStamp of the compositionend event. */
  end(at: number): void {
    this.#composing = false;
    this.#endedAt = at;
  }

  /** Whether this keydown sends. 229 is what older browsers report for every key an input method takes. */
  sends(event: KeyboardEvent): boolean {
    if (event.key !== "Enter" || event.shiftKey || event.altKey || event.isComposing || this.#composing) return false;
    return event.keyCode !== 229 && event.timeStamp - this.#endedAt > AFTER_COMPOSITION_MS;
  }
}
