export interface ClientErrorDetails {
  readonly status?: number | undefined;
  readonly detail?: string | undefined;
  readonly retryAfterMs?: number | undefined;
  readonly requestId?: string | undefined;
  readonly cause?: unknown;
}

/**
 * Why there is no answer. `code` is one of the service's error table (`OVERLOADED`, `UPSTREAM_TIMEOUT`, …), or one of the
 * client's own: `NETWORK` (nothing came back, or not the whole answer), `ABORTED` (your signal), `BAD_ANSWER` (what came back is not
 * from this service). Branch on the code; a newer service may have more of them.
 */
export class TuohsClientError extends Error {
  readonly code: string;
  /** The HTTP status, if there was one. */
  readonly status: number | undefined;
  /** What was wrong with this request and what to send instead, if the service said so. */
  readonly detail: string | undefined;
  /** How long the service wants to be left alone. */
  readonly retryAfterMs: number | undefined;
  /** What to quote when you report the failure. */
  readonly requestId: string | undefined;

  constructor(code: string, message: string, details: ClientErrorDetails = {}) {
    super(message, { cause: details.cause });
    this.name = 'TuohsClientError';
    this.code = code;
    this.status = details.status;
    this.detail = details.detail;
    this.retryAfterMs = details.retryAfterMs;
    this.requestId = details.requestId;
  }
}

/** The error of a call that its signal ended. */
export function aborted(signal: AbortSignal | undefined): TuohsClientError {
  return new TuohsClientError('ABORTED', 'the call was aborted', { cause: signal?.reason });
}
