/** The socket that says what changed. It may lose anything, so each new connection counts as "everything changed". */

import { delay } from "../stream/backoff";
import type { Hint } from "../wire";

export interface Live {
  onhint: (hint: Hint) => void;
  /** Connected after a break, or at last: hints may have been missed. */
  onback: () => void;
}

/** Connect, and stay so; returns how to end it. */
export function live({ onhint, onback }: Live): () => void {
  let socket: WebSocket;
  let timer: ReturnType<typeof setTimeout>;
  let failures = 0;
  let ended = false;

  const connect = (): void => {
    clearTimeout(timer);
    socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws/live`);
    socket.onopen = () => {
      const back = failures > 0;
      failures = 0;
      if (back) onback();
    };
    socket.onmessage = ({ data }) => onhint(JSON.parse(String(data)) as Hint);
    socket.onclose = () => {
      failures += 1;
      if (!ended) timer = setTimeout(connect, delay(failures));
    };
  };
  const hurry = (): void => {
    if (socket.readyState === WebSocket.CLOSED) connect();
  };

  connect();
  addEventListener("online", hurry);
  return () => {
    ended = true;
    clearTimeout(timer);
    removeEventListener("online", hurry);
    socket.close();
  };
}
