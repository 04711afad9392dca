/** The stable codes of the error table. A code is API: documented, tested, never reused. */
export type ErrorCode =
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

export interface TuohsErrorOptions {
  cause?: unknown;
  /** How long the caller should wait before it tries again, if known. */
  retryAfterMs?: number;
  /** One sentence for the caller: what was wrong with the request and what to send instead. Never quotes the text. */
  detail?: string;
}

/** A failure that is reported to the caller by its code. The message is for logs and never holds a user's text. */
export class TuohsError extends Error {
  readonly code: ErrorCode;
  readonly retryAfterMs: number | undefined;
  readonly detail: string | undefined;

  constructor(code: ErrorCode, message: string, options: TuohsErrorOptions = {}) {
    // The stack of an expected failure is never read, and recording it costs more than the rest of a refusal.
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(message, { cause: options.cause });
    Error.stackTraceLimit = stackTraceLimit;
    this.name = 'TuohsError';
    this.code = code;
    this.retryAfterMs = options.retryAfterMs;
    this.detail = options.detail;
  }
}

/** How an attempt to reach SHOUTCLOUD failed. `rejected` is any status that is neither 200 nor worth a retry. */
export type AttemptFailure =
  | 'unreachable'
  | 'throttled'
  | 'server_error'
  | 'timeout'
  | 'rejected'
  | 'unreadable'
  | 'wrong';

/** One failed attempt. Retries, breaker and batches decide by `failure`; the caller sees `code`. */
export class AttemptError extends TuohsError {
  readonly failure: AttemptFailure;

  constructor(failure: AttemptFailure, message: string, options: TuohsErrorOptions = {}) {
    super(codeOfFailure(failure), message, options);
    this.name = 'AttemptError';
    this.failure = failure;
  }
}

function codeOfFailure(failure: AttemptFailure): ErrorCode {
  switch (failure) {
    case 'unreachable':
    case 'throttled':
    case 'server_error':
      return 'UPSTREAM_UNREACHABLE';
    case 'timeout':
      return 'UPSTREAM_TIMEOUT';
    case 'rejected':
    case 'unreadable':
      return 'UPSTREAM_UNREADABLE';
    case 'wrong':
      return 'UPSTREAM_WRONG';
  }
}
