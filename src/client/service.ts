import { failedAnswer } from './answer-text.ts';
import { aborted, TuohsClientError } from './client-error.ts';

/** One request, without the address of the service. */
export interface Question<T> {
  readonly path: string;
  /** Makes the options of `fetch`. Called for each attempt. */
  readonly init: () => RequestInit;
  /** Turns an answer with status 2xx into the result. */
  readonly read: (response: Response) => Promise<T>;
}

/**
 * Asks the service. After a temporary failure, waits as long as the service asks for and sends the request again.
 * Rejects with a `TuohsClientError`.
 */
export type Ask = <T>(question: Question<T>, signal: AbortSignal | undefined) => Promise<T>;

export interface ClientOptions {
  /** The address of the service, with the path in front of `/v1` if it has one: `https://example.org/tuohs`. */
  readonly baseUrl: string;
  /** Used instead of the runtime's own `fetch`. */
  readonly fetch?: typeof globalThis.fetch;
  /** Sent with every request. The client sets `Content-Type` and `Accept` itself. */
  readonly headers?: Readonly<Record<string, string>>;
  /** How many times a request is sent again after a temporary failure (`NETWORK`, 408, 429, 502, 503, 504). 2 by default. */
  readonly retries?: number;
  /** The longest pause that is accepted from `Retry-After`. If the service asks for more, the call fails. 60,000 by default. */
  readonly maxRetryAfterMs?: number;
  /** The longest time of a call, or of a request of a bulk, with retries. A longer call fails with `TIMEOUT`. Default: no limit. */
  readonly timeoutMs?: number | undefined;
}

/** The longest time that `setTimeout` accepts, 24 days. It treats a longer one as 1 ms. */
const LONGEST_MS = 2 ** 31 - 1;

export function asker(options: ClientOptions): Ask {
  const { retries = 2, maxRetryAfterMs = 60_000, timeoutMs } = options;
  // `Headers` makes the names lower-case. Otherwise, `fetch` would join your `Content-Type` with our `content-type`.
  const ownHeaders = Object.fromEntries(new Headers(options.headers));
  // Looks up the global `fetch` at each call, because pages and tests replace it. Browsers would refuse `options.fetch(…)`.
  const { fetch = (...args) => globalThis.fetch(...args) } = options;
  const base = baseOf(options.baseUrl);
  return ask;

  async function askOnce<T>({ path, init, read }: Question<T>, signal: AbortSignal | undefined): Promise<T> {
    if (signal?.aborted) throw aborted(signal);
    const own = init();
    const headers = { ...ownHeaders, ...own.headers };
    try {
      // Follows no redirect, because a POST could become a GET, and because the texts must not go to another address.
      const request = { ...own, headers, redirect: 'manual', signal: signal ?? null } as const;
      const response = await fetch(base + path, request);
      const redirect = redirectOf(response, base, path);
      if (redirect) throw redirect;
      if (!response.ok) throw await failedAnswer(response);
      return await read(response);
    } catch (error) {
      if (signal?.aborted) throw aborted(signal);
      if (error instanceof TuohsClientError) throw error;
      const message = `no answer from ${base} (${reasonOf(error)})`;
      throw new TuohsClientError('NETWORK', message, { cause: error });
    }
  }

  async function ask<T>(question: Question<T>, signal: AbortSignal | undefined): Promise<T> {
    if (timeoutMs === undefined) return askUntil(question, signal);
    const limit = new AbortController();
    const late = new TuohsClientError('TIMEOUT', `no answer within ${timeoutMs} ms`);
    const timer = setTimeout(() => limit.abort(late), Math.min(timeoutMs, LONGEST_MS));
    try {
      return await askUntil(question, AbortSignal.any(signal ? [signal, limit.signal] : [limit.signal]));
    } finally {
      clearTimeout(timer);
    }
  }

  async function askUntil<T>(question: Question<T>, signal: AbortSignal | undefined): Promise<T> {
    for (let failures = 1; ; failures++) {
      try {
        return await askOnce(question, signal);
      } catch (error) {
        const ms = pauseMs(error, failures);
        if (ms === undefined) throw error;
        await wait(ms, signal);
      }
    }
  }

  /** How long to wait before the next attempt, at least as long as the service asked for. `undefined` if there is no next attempt. */
  function pauseMs(error: unknown, failures: number): number | undefined {
    if (!(error instanceof TuohsClientError) || failures > retries || !canPass(error)) return undefined;
    if (error.retryAfterMs === undefined) return FIRST_PAUSE_MS * 2 ** (failures - 1) * (0.5 + Math.random());
    return error.retryAfterMs <= maxRetryAfterMs ? error.retryAfterMs : undefined;
  }
}

const FIRST_PAUSE_MS = 200;

// 502 comes from a proxy that did not reach the service. Repeating is safe, because an answer depends on the text alone.
const PASSING_STATUS = new Set([408, 429, 502, 503, 504]);
const PASSING_CODES = new Set(['NETWORK', 'OVERLOADED']);

function canPass({ status, code }: TuohsClientError): boolean {
  return PASSING_CODES.has(code) || (status !== undefined && PASSING_STATUS.has(status));
}

/** Resolves after `ms` milliseconds, or as soon as the signal aborts. */
async function wait(ms: number, signal: AbortSignal | undefined): Promise<void> {
  const { promise: woken, resolve: wake } = Promise.withResolvers<unknown>();
  const timer = setTimeout(wake, Math.min(ms, LONGEST_MS));
  signal?.addEventListener('abort', wake);
  await woken;
  clearTimeout(timer);
  signal?.removeEventListener('abort', wake);
}

/** The address with a slash at the end, so that paths can be appended. A `/v1` at the end of the address is dropped. */
function baseOf(baseUrl: string): string {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    throw new TypeError(`baseUrl must be an http or https address, not ${JSON.stringify(baseUrl)}`);
  }
  if (url.username || url.password) throw new TypeError('baseUrl must hold no password; use a header');
  return `${url.origin}${url.pathname.replace(/(\/v1)?\/*$/, '/')}`;
}

/** The error for a redirect, if the response is one. Browsers hide its status and its target. */
function redirectOf({ type, status, headers, body }: Response, base: string, path: string) {
  const location = headers.get('location');
  const isRedirect = type === 'opaqueredirect' || (status >= 300 && status < 400 && location !== null);
  if (!isRedirect) return undefined;
  body?.cancel().catch(() => {});
  const target = location === null ? null : URL.parse(location, base + path);
  const address = target && (target.origin + target.pathname).replace(new RegExp(`/${path}/?$`), '');
  const words = address ? `${status} to ${address.slice(0, MAX_ADDRESS_LENGTH)}` : 'a redirect';
  return new TuohsClientError('BAD_ANSWER', `${base} answers ${words}: use that address`, { status });
}

const MAX_ADDRESS_LENGTH = 200;

/** The reason of a network failure. Node's message is only "fetch failed", but its cause has a code. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.cause instanceof Error) return reasonOf(error.cause);
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message;
}
