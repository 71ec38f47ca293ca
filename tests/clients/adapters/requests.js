/** The site's HTTP, for clients that take a URL and options. `ask`: {base, bearer, request, follow, cancelOnDisconnect}. */

/** The site said no, and this is what the client could see of it: null for a status that it hides. */
export class Refused extends Error {
  constructor(status = null, code = null, message = "refused") {
    super(message);
    Object.assign(this, { status, code });
  }
}

export async function refusal(response) {
  const { code, msg } = await response.json();
  return new Refused(response.status, code, msg);
}

export const bearer = (ask) => (ask.bearer ? { Authorization: `Bearer ${ask.bearer}` } : {});

/** The first request: start an answer, or follow one. The key makes a start that is repeated the same start. */
export function starting(ask) {
  if (ask.follow) return { url: `${ask.base}/api/chat/${ask.follow}`, method: "GET", headers: bearer(ask) };
  return {
    url: `${ask.base}/api/chat`,
    method: "POST",
    headers: { "Content-Type": "application/json", "Idempotency-Key": crypto.randomUUID(), ...bearer(ask) },
    body: JSON.stringify({ request: ask.request, cancelOnDisconnect: ask.cancelOnDisconnect }),
  };
}

/** The same for who can only GET, in a page of the site. The key: a connection may break before anything is seen. */
export function startingByGet(ask) {
  if (ask.follow) return `/api/chat/${ask.follow}`;
  return `/api/chat?${new URLSearchParams({ request: ask.request, idempotencyKey: crypto.randomUUID() })}`;
}

/** The same answer from behind the cursor, `<convId>.<seq>`. */
export const following = (ask, cursor) => ({
  url: `${ask.base}/api/chat/${cursor.split(".")[0]}`,
  method: "GET",
  headers: { ...bearer(ask), "Last-Event-ID": cursor },
});

/** The response of a fetch, if there is something to read in it. */
export async function opened(fetched) {
  const response = await fetched;
  if (!response.ok) throw await refusal(response);
  return response.status === 204 ? null : response; // 204: the cursor was at the end already
}

/** What a client needs that does not reconnect by itself: come back with the last id until the end was seen. */
export async function toTheEnd(connect, ask, reading) {
  const start = starting(ask);
  let more = true;
  while (more && !reading.ended && !reading.signal.aborted) {
    try {
      more = await connect(reading.cursor ? following(ask, reading.cursor) : start, reading);
    } catch (error) {
      if (error instanceof Refused) throw error; // anything else is the network, or our own abort
    }
    if (!reading.ended) await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
