/** What a screen reader is told: the start and the end of an answer, and little else. */
export const announcement = $state({ text: "" });

/** Also what was said just before: a live region speaks only of what changes. */
export function announce(text: string): void {
  announcement.text = "";
  setTimeout(() => (announcement.text = text));
}
