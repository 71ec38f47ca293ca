/** Waiting before the next attempt: longer each time, never in step with others, and no longer than it makes sense. */

const FIRST_MS = 400;
const LONGEST_MS = 10_000;

/** Milliseconds before attempt number `failures` + 1. */
export function delay(failures: number, random: () => number = Math.random): number {
  const most = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures - 1, 10));
  return most * (0.5 + random() / 2);
}

/** Resolves after the delay (or `retryAfter` seconds), at once when the network is back or the signal aborts. */
export function wait(failures: number, signal?: AbortSignal, retryAfter: number | null = null): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      removeEventListener("online", done);
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, Math.max(delay(failures), (retryAfter ?? 0) * 1000));
    addEventListener("online", done);
    signal?.addEventListener("abort", done);
  });
}
