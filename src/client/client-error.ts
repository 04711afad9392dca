/** The codes of the service's error table (docs/errors.md). */
export type ServiceErrorCode =
  | 'BAD_INPUT'
  | 'NOT_FOUND'
  | 'METHOD_NOT_ALLOWED'
  | 'REQUEST_TIMEOUT'
  | 'TOO_LARGE'
  | 'HEADERS_TOO_LARGE'
  | 'RATE_LIMITED'
  | 'UPSTREAM_UNREACHABLE'
  | 'UPSTREAM_TIMEOUT'
  | 'UPSTREAM_UNREADABLE'
  | 'UPSTREAM_WRONG'
  | 'OVERLOADED'
  | 'INTERNAL';

/**
 * The client's own codes: `NETWORK` (no answer, or only a part of it, arrived), `TIMEOUT` (your `timeoutMs` is over), `ABORTED`
 * (your signal aborted), `BAD_ANSWER` (the answer is not from this service).
 */
export type ClientErrorCode = 'NETWORK' | 'TIMEOUT' | 'ABORTED' | 'BAD_ANSWER';

/** Every code that an error can have. A newer service can have more codes, so a `switch` needs a `default`. */
export type TuohsErrorCode = ServiceErrorCode | ClientErrorCode | (string & Record<never, never>);

export interface ClientErrorDetails {
  readonly status?: number | undefined;
  readonly detail?: string | undefined;
  readonly retryAfterMs?: number | undefined;
  readonly requestId?: string | undefined;
  readonly cause?: unknown;
}

/** The error of a call that got no good answer. */
export class TuohsClientError extends Error {
  readonly code: TuohsErrorCode;
  /** The HTTP status, if there was one. */
  readonly status: number | undefined;
  /** What was wrong with this request and what to send instead, if the service said so. */
  readonly detail: string | undefined;
  /** How long the service asked callers to wait. */
  readonly retryAfterMs: number | undefined;
  /** The id of the request. Quote it when you report the failure. */
  readonly requestId: string | undefined;

  constructor(code: TuohsErrorCode, message: string, details: ClientErrorDetails = {}) {
    super(message, { cause: details.cause });
    this.name = 'TuohsClientError';
    this.code = code;
    this.status = details.status;
    this.detail = details.detail;
    this.retryAfterMs = details.retryAfterMs;
    this.requestId = details.requestId;
  }
}

/** The error of a call that this signal ended: the signal's own reason if that is a `TuohsClientError`, else `ABORTED`. */
export function aborted(signal: AbortSignal | undefined): TuohsClientError {
  if (signal?.reason instanceof TuohsClientError) return signal.reason;
  return new TuohsClientError('ABORTED', 'the call was aborted', { cause: signal?.reason });
}
