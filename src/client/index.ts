import { fieldsOf, SHORT_ANSWER_BYTES, textOf } from './answer-text.ts';
import type { BulkResult } from './bulk-answer.ts';
import { bulkRun } from './bulk-run.ts';
import { TuohsClientError } from './client-error.ts';
import { asker } from './service.ts';

export type { BulkResult };
export { TuohsClientError };

export interface ClientOptions {
  /** Where the service is, with the path in front of `/v1` if it has one: `https://example.org/tuohs`. */
  readonly baseUrl: string;
  /** Another `fetch` than the runtime's own. */
  readonly fetch?: typeof globalThis.fetch;
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** How many times a request is sent again after a failure that may pass (`NETWORK`, 408, 429, 502, 503, 504): 2. */
  readonly retries?: number;
  /** The longest pause that the client accepts from `Retry-After`; a call that would have to wait longer fails: 60,000. */
  readonly maxRetryAfterMs?: number;
}

export interface CallOptions {
  /** Ends the call at once, with the code `ABORTED`. */
  readonly signal?: AbortSignal | undefined;
}

export interface TuohsClient {
  /** Resolves with the text reversed and shouted; rejects with a `TuohsClientError`. */
  shout(text: string, options?: CallOptions): Promise<string>;
  /**
   * One result for each text, in order. A failed text has a result, too, so no text is lost. Takes texts only as fast as
   * you take results, but for a bounded number. Throws what `texts` throws, after the results of all texts before, and
   * `ABORTED`. Leaving the loop ends everything.
   */
  bulk(texts: AsyncIterable<string> | Iterable<string>, options?: CallOptions): AsyncIterable<BulkResult>;
  /** Resolves if the service is well; rejects with a `TuohsClientError` if it is not. */
  health(options?: CallOptions): Promise<void>;
}

/** A client of one service. It holds nothing open, so there is nothing to close. */
export function createClient(options: ClientOptions): TuohsClient {
  const retry = { retries: options.retries ?? 2, maxRetryAfterMs: options.maxRetryAfterMs ?? 60_000 };
  const ask = asker({
    baseUrl: options.baseUrl,
    headers: options.headers ?? {},
    // Looked up at each call, because pages and tests replace it. A browser's `fetch` must not be called as a method.
    fetch: options.fetch ?? ((...args) => globalThis.fetch(...args)),
    ...retry,
  });

  return {
    async shout(text, { signal } = {}) {
      const init = jsonBody({ data: text.toWellFormed() });
      const read = (response: Response) => shoutOf(response, text.length);
      return ask({ path: 'v1', init, read }, signal);
    },
    bulk: (texts, { signal } = {}) => bulkRun(texts, { ask, signal }),
    health: ({ signal } = {}) => ask({ path: 'health', init: {}, read: assertSuccess }, signal),
  };
}

function jsonBody(body: unknown): RequestInit {
  return {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify(body),
  };
}

/** The answer has as many UTF-16 units as the text; a JSON writer may need six bytes for each. */
async function shoutOf(response: Response, units: number): Promise<string> {
  const { data } = fieldsOf(await textOf(response, SHORT_ANSWER_BYTES + 6 * units));
  if (typeof data === 'string') return data;
  throw new TuohsClientError('BAD_ANSWER', 'the answer holds no text', { status: response.status });
}

async function assertSuccess(response: Response): Promise<void> {
  if ((await textOf(response, SHORT_ANSWER_BYTES)) === 'success') return;
  throw new TuohsClientError('BAD_ANSWER', 'the answer is not that of tuohs', { status: response.status });
}
