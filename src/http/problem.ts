import { type ErrorCode, TuohsError } from '../core/errors.ts';

interface ProblemRow {
  readonly status: number;
  readonly when: string;
  readonly text: string;
}

const UNREACHABLE = 'Failed to contact shoutcloud api';

/** The error table: what a caller gets for each code. `docs/errors.md` is made from it. */
export const problems: Readonly<Record<ErrorCode, ProblemRow>> = {
  BAD_INPUT: {
    status: 400,
    when: 'another content type or charset, malformed JSON, invalid UTF-8, a body that is not an object, `data` missing or not a string; malformed HTTP',
    text: 'Data was not able to be parsed from request. Please try again.',
  },
  NOT_FOUND: { status: 404, when: 'no such path', text: 'There is nothing at this path.' },
  METHOD_NOT_ALLOWED: {
    status: 405,
    when: 'the path exists, but not for this method; `Allow` names those it has',
    text: 'This path does not answer to this method.',
  },
  REQUEST_TIMEOUT: {
    status: 408,
    when: 'the headers or the body took longer than 10 s to arrive',
    text: 'The request took too long to arrive.',
  },
  TOO_LARGE: {
    status: 413,
    when: 'the body is larger than `MAX_BODY_BYTES`',
    text: 'The request body is too large.',
  },
  HEADERS_TOO_LARGE: {
    status: 431,
    when: 'request line and headers are larger than 16 KiB',
    text: 'The request headers are too large.',
  },
  RATE_LIMITED: {
    status: 429,
    when: "the caller's own quota is used up",
    text: 'You have sent too many requests. Please try again later.',
  },
  UPSTREAM_UNREACHABLE: {
    status: 503,
    when: 'SHOUTCLOUD refused or dropped the connection, answered 5xx, 408 or 429, or has failed so often that it is left alone',
    text: UNREACHABLE,
  },
  UPSTREAM_TIMEOUT: { status: 504, when: 'SHOUTCLOUD did not answer in time', text: UNREACHABLE },
  UPSTREAM_UNREADABLE: {
    status: 503,
    when: "SHOUTCLOUD's answer is not JSON, not an object, or has any other status",
    text: 'Shoutcloud failed to return proper response',
  },
  UPSTREAM_WRONG: {
    status: 503,
    when: "OUTPUT is missing, or OUTPUT or INPUT is not this text's",
    text: 'Shoutcloud api gave back bad response',
  },
  OVERLOADED: {
    status: 503,
    when: 'the service has more work than it can do in time, or is shutting down',
    text: 'The service is busy. Please try again later.',
  },
  INTERNAL: {
    status: 500,
    when: 'a bug of ours',
    text: 'An error occurred while processing the request. Please try again later.',
  },
};

/** Everything that goes over the wire for an error. */
export interface Problem {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The one place where an error becomes a status, headers and a body. What is not a `TuohsError` becomes a bare 500. */
export function problemFor(error: unknown, requestId: string): Problem {
  const { code, retryAfterMs = LEAST_RETRY_MS } =
    error instanceof TuohsError ? error : ({ code: 'INTERNAL' } as const);
  const { status, text } = problems[code];
  const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' };
  return {
    status,
    headers: RETRYABLE.has(status) ? { ...headers, 'retry-after': retryAfterSeconds(retryAfterMs) } : headers,
    body: JSON.stringify({ error: text, code, requestId }),
  };
}

const RETRYABLE = new Set([429, 503, 504]);
const LEAST_RETRY_MS = 1000;
const MOST_RETRY_MS = 60_000;

function retryAfterSeconds(ms: number): string {
  return String(Math.ceil(Math.min(Math.max(ms, LEAST_RETRY_MS), MOST_RETRY_MS) / 1000));
}
