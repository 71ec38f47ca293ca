/** A connection that died without a word (sleep, another network) looks like a silent one; the server's are never silent. */

/** Above the 15 s after which the server says that it is still there. */
export const LONGEST_SILENCE_MS = 40_000;

/** Waited for before each read. */
export type Rest = () => Promise<void>;

const none: Rest = () => Promise.resolve();

/**
 * The same response, whose body ends once no byte came for `limit` milliseconds: a stream that was cut. Only the one
 * method that fetchEventSource reads with is there; a TransformStream in between would cost more than its parsing.
 */
export function withoutSilence(response: Response, rest = none, limit = LONGEST_SILENCE_MS): Response {
  // What is not a stream of ours is read otherwise.
  if (!response.body || !response.ok) return response;
  const read = watched(response.body.getReader(), limit, rest);
  return Object.defineProperty(response, "body", { value: { getReader: () => ({ read }) } });
}

type Reader = ReadableStreamDefaultReader<Uint8Array>;

function watched(reader: Reader, limit: number, rest: Rest): Reader["read"] {
  let heard = performance.now();
  const end = (): void => {
    clearInterval(timer);
    reader.cancel().catch(() => undefined);
  };
  const timer = setInterval(() => performance.now() - heard > limit && end(), limit / 4);
  return async () => {
    await rest();
    const chunk = await reader.read().catch((error: unknown) => {
      clearInterval(timer);
      throw error;
    });
    heard = performance.now();
    if (chunk.done) clearInterval(timer);
    return chunk;
  };
}
