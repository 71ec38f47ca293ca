/** Uploading one file: XMLHttpRequest, because fetch does not tell how far it is. */

import { errorOf, SignedOut } from "../errors";
import { accessToken } from "../session";
import type { Attachment } from "../wire";

export interface Upload {
  signal: AbortSignal;
  /** How much has left, 0 to 1. */
  onprogress: (part: number) => void;
}

let last: Promise<unknown> = Promise.resolve();

/**
 * One file after the other: the site reads only one of a person at a time.
 * Throws ApiError, SignedOut, the TypeError of a network that is gone, or the signal's AbortError.
 */
export function upload(file: File, how: Upload): Promise<Attachment> {
  const turn = last.then(() => send(file, how));
  last = turn.catch(() => undefined);
  return turn;
}

async function send(file: File, { signal, onprogress }: Upload): Promise<Attachment> {
  const first = await accessToken();
  let response = await post(file, first, signal, onprogress);
  if (response.status === 401) response = await post(file, await accessToken(first), signal, onprogress);
  if (response.status === 401) throw new SignedOut();
  if (!response.ok) throw await errorOf(response);
  return (await response.json()) as Attachment;
}

function post(file: File, bearer: string, signal: AbortSignal, onprogress: Upload["onprogress"]): Promise<Response> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const abort = (): void => request.abort();
    request.upload.onprogress = ({ loaded, total }) => onprogress(total > 0 ? loaded / total : 0);
    request.onload = () => resolve(new Response(request.responseText, { status: request.status }));
    request.onerror = () => reject(new TypeError("the site could not be reached"));
    request.onabort = () => reject(new DOMException("the upload was given up", "AbortError"));
    request.onloadend = () => signal.removeEventListener("abort", abort);
    request.open("POST", `/api/attachments?name=${encodeURIComponent(file.name)}`);
    request.setRequestHeader("Authorization", `Bearer ${bearer}`);
    request.setRequestHeader("Content-Type", file.type || "application/octet-stream");
    if (signal.aborted) return request.onabort(new ProgressEvent("abort"));
    signal.addEventListener("abort", abort);
    request.send(file);
  });
}
