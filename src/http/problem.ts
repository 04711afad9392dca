import type { IncomingMessage } from 'node:http';
import { type ErrorCode, TuohsError } from '../core/errors.ts';
import { errorPage } from '../web/error-page.ts';
import { type Answer, preferredType } from './message.ts';

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
    when: 'another content type or charset, a `Content-Encoding`, JSON that is malformed or has more than 5,000 parts, invalid UTF-8, a body that is not an object, `data` missing or not a string; malformed HTTP',
    text: 'Data was not able to be parsed from request. Please try again.',
  },
  NOT_FOUND: { status: 404, when: 'no such path', text: 'There is nothing at this path.' },
  METHOD_NOT_ALLOWED: {
    status: 405,
    when: 'the path exists, but not for this method; `Allow` names the methods it has',
    text: 'This path does not answer to this method.',
  },
  REQUEST_TIMEOUT: {
    status: 408,
    when: 'the headers took longer than 10 s, or nothing of the body arrived for 10 s',
    text: 'The request took too long to arrive.',
  },
  TOO_LARGE: {
    status: 413,
    when: 'the body is larger than `MAX_BODY_BYTES`, or than `MAX_BULK_BYTES` for a bulk',
    text: 'The request body is too large.',
  },
  HEADERS_TOO_LARGE: {
    status: 431,
    when: 'request line and headers are larger than 16 KiB, or there are more than 200 headers',
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
    when: "SHOUTCLOUD's answer is not JSON, is not an object, is far too long, or has another unexpected status, such as 404",
    text: 'Shoutcloud failed to return proper response',
  },
  UPSTREAM_WRONG: {
    status: 503,
    when: 'OUTPUT is missing or is not the upper case of the text, or INPUT is another text',
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

/** The error for a method that the path does not have. `Allow` lists the methods that it has. */
export class MethodNotAllowed extends TuohsError {
  readonly allow: string;

  constructor(allow: string) {
    const detail =
      allow === '' ? 'No path answers to this method.' : `Use ${allow.replace(/, (\w+)$/, ' or $1')}.`;
    super('METHOD_NOT_ALLOWED', 'the path does not have this method', { detail });
    this.allow = allow;
  }
}

/** A mistake of the caller; `detail` says what to send instead. */
export function badInput(message: string, detail: string): TuohsError {
  return new TuohsError('BAD_INPUT', message, { detail });
}

/** The error for a body or line that is over the limit. */
export function tooLarge(what: 'body' | 'line', maxBytes: number): TuohsError {
  return new TuohsError('TOO_LARGE', `the ${what} is over the limit`, {
    detail: `A ${what} can have ${maxBytes} bytes at most.`,
  });
}

/** Each header takes much more memory than its bytes, and 16 KiB have room for 2,600 headers. Browsers and proxies send fewer than 50. */
export const MAX_HEADERS = 200;

/**
 * The error for a head over a limit. Node itself refuses a head of too many bytes, and most heads with far
 * too many headers. We refuse the rest.
 */
export function headersTooLarge(): TuohsError {
  return new TuohsError('HEADERS_TOO_LARGE', 'the headers are over the limit', {
    detail: `The request line and the headers can have 16384 bytes in all, and there can be ${MAX_HEADERS} headers; POST a long text.`,
  });
}

/** The answer for an error. */
export interface Problem extends Answer {
  readonly status: number;
  readonly body: string;
}

type RequestHead = Pick<IncomingMessage, 'method' | 'url' | 'headers'>;

/**
 * The one place where an error becomes a status, headers and a body. Anything but a `TuohsError` becomes a bare 500. A browser
 * that asked for a page gets a page.
 */
export function problemFor(error: unknown, requestId: string, request?: RequestHead): Problem {
  const known = knownError(error);
  const { status, text } = problems[known.code];
  const headers: Record<string, string> = { 'content-type': 'application/json', 'cache-control': 'no-store' };
  if (RETRYABLE.has(status)) headers['retry-after'] = retryAfterSeconds(known.retryAfterMs ?? LEAST_RETRY_MS);
  if (known instanceof MethodNotAllowed) headers.allow = known.allow;
  if (request && isForPerson(request, known.code)) {
    const retryAfterSeconds = headers['retry-after'];
    const page = errorPage({
      ...{ status, sentence: text, detail: known.detail, requestId, retryAfterSeconds },
      path: pathOf(request),
    });
    if (page) {
      headers['content-type'] = 'text/html; charset=utf-8';
      return { status, headers, body: page.html, policy: page.policy, vary: 'Accept' };
    }
  }
  return {
    status,
    headers,
    body: JSON.stringify({ error: text, code: known.code, requestId, detail: known.detail }),
  };
}

/** Whether a person opened one of our pages, or a path that does not exist, in a browser. Programs get JSON. */
function isForPerson(request: RequestHead, code: ErrorCode): boolean {
  const isPage = code === 'NOT_FOUND' || /^\/(docs\/?)?$/.test(pathOf(request));
  if (!isPage || (request.method !== 'GET' && request.method !== 'HEAD')) return false;
  return preferredType(request.headers.accept, ['application/json', 'text/html']) === 'text/html';
}

function pathOf({ url = '/' }: RequestHead): string {
  return url.replace(/\?.*/, '');
}

/** The line of a bulk answer for a text that could not be answered. */
export function problemLine(error: unknown): string {
  const { code, detail } = knownError(error);
  return JSON.stringify({ error: problems[code].text, code, detail });
}

/** The error itself if it is in the table; any other error counts as a bug of ours. */
export function knownError(error: unknown): TuohsError {
  return error instanceof TuohsError ? error : new TuohsError('INTERNAL', 'a bug', { cause: error });
}

const RETRYABLE = new Set([429, 503, 504]);
const LEAST_RETRY_MS = 1000;
const MOST_RETRY_MS = 60_000;

function retryAfterSeconds(ms: number): string {
  return String(Math.ceil(Math.min(Math.max(ms, LEAST_RETRY_MS), MOST_RETRY_MS) / 1000));
}
