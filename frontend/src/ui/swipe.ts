/** A finger that moves sideways from the left edge opens the sidebar, one that moves back closes it. */

const EDGE_PX = 32;
const FAR_PX = 56;

export function onSwipe(open: () => void, close: () => void): () => void {
  let start: Touch | undefined;
  const begin = (event: TouchEvent): void => {
    start = event.touches.length === 1 ? event.touches[0] : undefined;
  };
  const end = ({ changedTouches: [touch] }: TouchEvent): void => {
    if (!start || !touch) return;
    const across = touch.clientX - start.clientX;
    const along = Math.abs(touch.clientY - start.clientY);
    if (Math.abs(across) < FAR_PX || along > Math.abs(across) / 2) return;
    if (across < 0) close();
    else if (start.clientX < EDGE_PX) open();
  };
  addEventListener("touchstart", begin, { passive: true });
  addEventListener("touchend", end, { passive: true });
  return () => {
    removeEventListener("touchstart", begin);
    removeEventListener("touchend", end);
  };
}
