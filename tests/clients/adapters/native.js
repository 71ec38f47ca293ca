/**
 * The browser's own EventSource. It can only GET and sends no header of ours, so the session cookie says who asks. It
 * reconnects by itself, with Last-Event-ID and after `retry:`, also after the end, and stops for good at 204, which is
 * how this one ends. A refusal is an `error` without a status; an event named `error` would look like one.
 * close() is no Stop: only POST …/cancel is.
 */
import { Refused, refusal, starting, startingByGet } from "./requests.js";

export const native = (ask, reading) => listen(startingByGet(ask), reading);

/** Whatever a GET cannot say: a POST that does not stream, and its answer says where to listen. */
export async function nativeAfterPost(ask, reading) {
  if (ask.follow) return native(ask, reading);
  const { url, headers, ...start } = starting(ask);
  const response = await fetch(url, { ...start, headers: { ...headers, Prefer: "respond-async" } });
  if (!response.ok) throw await refusal(response);
  return listen(response.headers.get("Location"), reading);
}

const listen = (url, reading) =>
  new Promise((resolve, reject) => {
    const source = new EventSource(url);
    const take = ({ lastEventId, type, data }) => reading.take({ id: lastEventId, event: type, data });
    for (const name of ["message", "moderation", "close"]) source.addEventListener(name, take);
    source.addEventListener("error", () => {
      if (source.readyState !== EventSource.CLOSED) return; // it comes back by itself
      if (reading.ended) resolve();
      else reject(new Refused());
    });
  });
