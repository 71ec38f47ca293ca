/**
 * @rangermauve/fetch-event-source (AGPL). As it comes it does what the native one does, but sends the word "undefined"
 * as its first Last-Event-ID, gives up when a connection breaks (it comes back only after a clean EOF), and close()
 * leaves the connection open. It decodes each chunk by itself, so a letter cut in two is lost: a fetch of one's own that
 * decodes mends that, and can POST, bear a token and be aborted. Its own event `close` shares the name with ours.
 */
import createEventSource from "@rangermauve/fetch-event-source";
import { refusal, starting, startingByGet } from "./requests.js";

/** As it comes, for a page of the site: GET and the session cookie. */
export async function rangermauve(ask, reading) {
  const { EventSource } = createEventSource();
  const first = startingByGet(ask);
  // The page's only way to hand a new one the cursor of the broken one.
  const next = () => `/api/chat/${reading.cursor.split(".")[0]}?lastEventId=${reading.cursor}`;
  while (!reading.ended) await listen(new EventSource(reading.cursor ? next() : first), reading);
}

/** With a fetch of one's own: POST and a bearer, each time with the cursor that we know. */
export async function rangermauveWithFetch(ask, reading) {
  const { url, headers, ...start } = starting(ask);
  const { EventSource } = createEventSource(async (input) => {
    const cursor = reading.cursor && { "Last-Event-ID": reading.cursor };
    const response = await fetch(input, { ...start, headers: { ...headers, ...cursor }, signal: reading.signal });
    if (!response.ok) return response;
    return { ok: true, headers: response.headers, body: response.body.pipeThrough(new TextDecoderStream()) };
  });
  while (!reading.ended && !reading.signal.aborted) await listen(new EventSource(url), reading);
}

/** Resolves when the connection broke or the end was seen. */
const listen = (source, reading) =>
  new Promise((resolve, reject) => {
    const take = ({ lastEventId, type, data }) => {
      if (data === undefined) return; // its own `close`
      reading.take({ id: lastEventId, event: type, data });
      if (!reading.ended) return;
      source.close();
      resolve();
    };
    for (const name of ["message", "moderation", "close"]) source.addEventListener(name, take);
    source.addEventListener("error", async ({ error }) => {
      if (error.response) reject(await refusal(error.response));
      else setTimeout(resolve, 100);
    });
  });
