/** A text field that is as high as its text; CSS sets the limits. */

/** Longer than any height shows. Measuring such a text lays all of it out twice, which takes seconds on a phone. */
const SURELY_FULL = 6000;

export function fit(field: HTMLTextAreaElement): void {
  if (field.value.length > SURELY_FULL) {
    field.style.height = "100vh";
    return;
  }
  field.style.height = "auto";
  field.style.height = `${field.scrollHeight}px`;
}

/** Keeps it so when its width changes. */
export function grow(field: HTMLTextAreaElement): () => void {
  let width = 0;
  // In the next frame, because what an observer changes must not be observed in the same one.
  const observer = new ResizeObserver(([entry]) => {
    if (entry!.contentRect.width === width) return;
    width = entry!.contentRect.width;
    requestAnimationFrame(() => fit(field));
  });
  observer.observe(field);
  return () => observer.disconnect();
}
