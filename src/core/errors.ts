/** The error codes. They are part of the API, so they are documented and tested, and a code is never reused. */
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

/**
 * Creates errors without a stack until the returned function is called. The stack of an expected failure is never read,
 * and recording it costs more than the rest of a refusal.
 */
export function omitStacks(): () => void {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  return () => {
    Error.stackTraceLimit = stackTraceLimit;
  };
}

/** A failure that is reported to the caller by its code. The message is for logs and never holds a user's text. */
export class TuohsError extends Error {
  readonly code: ErrorCode;
  readonly retryAfterMs: number | undefined;
  readonly detail: string | undefined;

  constructor(code: ErrorCode, message: string, options: TuohsErrorOptions = {}) {
    const recordStacks = omitStacks();
    super(message, { cause: options.cause });
    recordStacks();
    this.name = 'TuohsError';
    this.code = code;
    this.retryAfterMs = options.retryAfterMs;
    this.detail = options.detail;
  }
}

/**
 * How an attempt to reach SHOUTCLOUD can fail, and the code that its caller gets. `rejected` is any status that is neither 200 nor
 * worth a retry.
 */
const CODES = {
  unreachable: 'UPSTREAM_UNREACHABLE',
  throttled: 'UPSTREAM_UNREACHABLE',
  server_error: 'UPSTREAM_UNREACHABLE',
  timeout: 'UPSTREAM_TIMEOUT',
  rejected: 'UPSTREAM_UNREADABLE',
  unreadable: 'UPSTREAM_UNREADABLE',
  wrong: 'UPSTREAM_WRONG',
} as const;

export type AttemptFailure = keyof typeof CODES;

/** The error of a failed attempt. Retries, the breaker and batches look at `failure`. The caller sees `code`. */
export class AttemptError extends TuohsError {
  readonly failure: AttemptFailure;

  constructor(failure: AttemptFailure, message: string, options: TuohsErrorOptions = {}) {
    super(CODES[failure], message, options);
    this.name = 'AttemptError';
    this.failure = failure;
  }

  /** Whether the text is a likely cause of the failure. If so, the failure says nothing about other texts. */
  get isAboutText(): boolean {
    return this.failure === 'rejected' || this.failure === 'wrong';
  }
}
