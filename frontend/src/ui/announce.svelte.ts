/** What a screen reader is told: the start and the end of an answer, and little else. */
export const announcement = $state({ text: "" });

export function announce(text: string): void {
  announcement.text = text;
}
