/** A connection that died without a word (sleep, another network) looks like a silent one; the server's are never silent. */

/** Above the 15 s after which the server says that it is still there. */
export const LONGEST_SILENCE_MS = 40_000;

/** The same response, whose body fails with an error once no byte came for `limit` milliseconds. */
export function withoutSilence(response: Response, limit = LONGEST_SILENCE_MS): Response {
  if (!response.body) return response;
  let timer: ReturnType<typeof setTimeout>;
  const watch = (controller: TransformStreamDefaultController<Uint8Array>): void => {
    clearTimeout(timer);
    timer = setTimeout(() => controller.error(new TypeError("silent connection")), limit);
  };
  const watched = new TransformStream<Uint8Array, Uint8Array>({
    start: watch,
    transform(chunk, controller) {
      watch(controller);
      controller.enqueue(chunk);
    },
    flush: () => clearTimeout(timer),
  });
  const { status, statusText, headers } = response;
  return new Response(response.body.pipeThrough(watched), { status, statusText, headers });
}
