/** What can go wrong between the page and the server. A TypeError of fetch means that it could not be reached. */

/** The server refused: `code` is stable (README, "Errors"), its first three digits are the HTTP status. */
export class ApiError extends Error {
  constructor(
    readonly code: number,
    msg: string,
    /** Seconds to wait, where the server said so. */
    readonly retryAfter: number | null = null,
  ) {
    super(msg);
    this.name = "ApiError";
  }

  get status(): number {
    return Math.floor(this.code / 100);
  }
}

/** The session has ended; signing in again helps. */
export class SignedOut extends Error {
  override name = "SignedOut";
}

/** The session has ended, and another user signed in since in this browser: a reload shows the page to them. */
export class SomebodyElse extends SignedOut {}

/** The error in an answer that is not 2xx; a proxy's page instead of our JSON becomes a code too. */
export async function errorOf(response: Response): Promise<ApiError> {
  const body = (await response.json().catch(() => null)) as { code?: unknown; msg?: unknown } | null;
  const code = typeof body?.code === "number" ? body.code : response.status * 100;
  const seconds = Number(response.headers.get("Retry-After") || Number.NaN);
  return new ApiError(code, typeof body?.msg === "string" ? body.msg : "", Number.isFinite(seconds) ? seconds : null);
}
