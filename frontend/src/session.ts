/** Who is signed in, as far as the page knows. The access token lives in memory only. */

import { errorOf, SignedOut, SomebodyElse } from "./errors";

let token = "";
/** When to fetch a new one, on the clock of performance.now(), which no change of the date moves. */
let staleAt = 0;
let refreshing: Promise<string> | null = null;

const MARGIN_MS = 15_000;

/**
 * A token that should work; `instead` names one that did not. Everybody who asks at the same time waits for the same
 * request. SignedOut when the session has ended, TypeError when the site cannot be reached.
 */
export function accessToken(instead = ""): Promise<string> {
  if (token && token !== instead && performance.now() < staleAt) return Promise.resolve(token);
  refreshing ??= refresh().finally(() => (refreshing = null));
  return refreshing;
}

/** Forget the token, so that the next call asks whether there is a session. */
export function forgetToken(): void {
  token = "";
}

async function refresh(): Promise<string> {
  const response = await fetch("/api/auth/token", { method: "POST", headers: { "X-CSRFToken": csrfToken() } });
  // 403 is a stale CSRF cookie: somebody signed in or out in another tab, and only a reload helps.
  if (response.status === 401 || response.status === 403) throw new SignedOut();
  if (!response.ok) throw await errorOf(response);
  const { accessToken, expiresIn, user } = (await response.json()) as { accessToken: string; expiresIn: number; user: string };
  // The cookie is the browser's, the page is one user's: what they write must not end in an account of another.
  if (user !== userId()) throw new SomebodyElse();
  token = accessToken;
  // A short-lived token is used until the server refuses it.
  staleAt = performance.now() + Math.max(expiresIn * 1000 - MARGIN_MS, (expiresIn * 1000) / 2);
  return token;
}

/** Whom the page was served to: known before the first request. "" for nobody. */
export const userId = (): string => meta("user");

const meta = (name: string): string => document.querySelector<HTMLMetaElement>(`meta[name=${name}]`)?.content ?? "";

/** The cookie, which follows a sign-in in another tab; else what the page was served with. */
export function csrfToken(): string {
  const cookie = /(?:^|;\s*)csrftoken=([^;]*)/.exec(document.cookie)?.[1];
  return cookie ?? meta("csrf-token");
}

/** A request with the bearer, repeated once with a new token when the server refuses it. SignedOut after that. */
export async function authorized(input: RequestInfo | URL, init: RequestInit): Promise<Response> {
  const first = await accessToken();
  const response = await withBearer(input, init, first);
  if (response.status !== 401) return response;
  const second = await withBearer(input, init, await accessToken(first));
  if (second.status === 401) throw new SignedOut();
  return second;
}

function withBearer(input: RequestInfo | URL, init: RequestInit, bearer: string): Promise<Response> {
  const headers = new Headers(init.headers);
  headers.set("Authorization", `Bearer ${bearer}`);
  return fetch(input, { ...init, headers, credentials: "same-origin" });
}
