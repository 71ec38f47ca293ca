/**
 * @microsoft/fetch-event-source. Without onopen and onerror a 401 is retried for ever; a clean EOF counts as the end
 * unless onclose throws; a retry sends the first headers again, so a bearer that may change belongs into `fetch`; a 204
 * is one more EOF to it. Hidden tabs post again unless openWhenHidden. abort() resolves. Needs window and document.
 */
import { fetchEventSource } from "@microsoft/fetch-event-source";
import { bearer, refusal, Refused, starting } from "./requests.js";

export async function microsoft(ask, reading) {
  const { url, ...start } = starting(ask);
  await fetchEventSource(url, {
    ...start,
    signal: reading.signal,
    openWhenHidden: true,
    fetch: (input, init) => fetch(input, { ...init, headers: { ...init.headers, ...bearer(ask) } }),
    onopen: async (response) => {
      if (!response.ok) throw await refusal(response);
    },
    onmessage: reading.take,
    onclose: () => {
      if (!reading.ended) throw new Error("cut"); // its own retry then resumes with Last-Event-ID
    },
    onerror: (error) => {
      if (error instanceof Refused) throw error;
    },
  });
}
