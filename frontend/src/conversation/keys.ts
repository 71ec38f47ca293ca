/** When Enter means "send", and no key is meant for us in the middle of composing a word. */

/** Safari ends the composition first and sends the key that confirmed it just after, as an ordinary one. */
const AFTER_COMPOSITION_MS = 60;
/** What older browsers report for every key an input method takes. */
const TAKEN_BY_INPUT_METHOD = 229;

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

  /** Whether this keydown belongs to the input method. */
  composes({ isComposing, keyCode, timeStamp }: KeyboardEvent): boolean {
    return isComposing || this.#composing || keyCode === TAKEN_BY_INPUT_METHOD || timeStamp - this.#endedAt <= AFTER_COMPOSITION_MS;
  }

  sends(event: KeyboardEvent): boolean {
    return event.key === "Enter" && !event.shiftKey && !event.altKey && !this.composes(event);
  }
}
