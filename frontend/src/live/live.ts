/** The socket that says what changed. It may lose anything, so each new connection counts as "everything changed". */

import { delay } from "../stream/backoff";
import type { Hint } from "../wire";

/** The server's code for closing: nobody is signed in (any more). */
const SIGNED_OUT = 4401;
/** A connection that stood this long was one; a shorter one is another failure, however well it began. */
const STEADY_MS = 5_000;

export interface Live {
  onhint: (hint: Hint) => void;
  /** Connected after a break, or at last: hints may have been missed. */
  onback: () => void;
  /** Closed because the session has ended. Resolves to whether connecting again is worth it. */
  onout: () => Promise<boolean>;
}

/** Connect, and stay so; returns how to end it. */
export function live({ onhint, onback, onout }: Live): () => void {
  let socket: WebSocket;
  let timer: ReturnType<typeof setTimeout>;
  let steady: ReturnType<typeof setTimeout>;
  let failures = 0;
  let ended = false;

  const connect = (): void => {
    clearTimeout(timer);
    socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws/live`);
    socket.onopen = () => {
      steady = setTimeout(() => (failures = 0), STEADY_MS);
      if (failures > 0) onback();
    };
    socket.onmessage = ({ data }) => onhint(JSON.parse(String(data)) as Hint);
    socket.onclose = ({ code }) => void closed(code);
  };
  const closed = async (code: number): Promise<void> => {
    clearTimeout(steady);
    failures += 1;
    if (code === SIGNED_OUT && !(await onout())) end();
    if (!ended) timer = setTimeout(connect, delay(failures));
  };
  const hurry = (): void => {
    if (socket.readyState === WebSocket.CLOSED) connect();
  };
  const end = (): void => {
    ended = true;
    clearTimeout(timer);
    clearTimeout(steady);
    removeEventListener("online", hurry);
    socket.close();
  };

  connect();
  addEventListener("online", hurry);
  return end;
}
