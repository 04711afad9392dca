import { assertAnswer, fieldsOf, SHORT_ANSWER_BYTES, textOf } from './answer-text.ts';
import type { BulkResult } from './bulk-request.ts';
import { bulkRun, wellFormed } from './bulk-run.ts';
import {
  type ClientErrorCode,
  type ServiceErrorCode,
  TuohsClientError,
  type TuohsErrorCode,
} from './client-error.ts';
import { asker, type ClientOptions } from './service.ts';

export type { BulkResult, ClientErrorCode, ClientOptions, ServiceErrorCode, TuohsErrorCode };
export { TuohsClientError };

export interface CallOptions {
  /** Ends the call at once, with the code `ABORTED`. */
  readonly signal?: AbortSignal | undefined;
}

/** An answer, and what the service says about it. */
export interface ShoutDetails {
  /** The text reversed and shouted. */
  readonly text: string;
  /** Where the answer came from, in the format of RFC 9211: `tuohs; hit`. `undefined` if the service or a proxy hides it. */
  readonly cacheStatus: string | undefined;
  /** The id of the request. Quote it when you report a wrong answer. */
  readonly requestId: string | undefined;
}

export interface TuohsClient {
  /** Resolves with the text reversed and shouted. Rejects with a `TuohsClientError`, or a `TypeError` if `text` is not a string. */
  shout(text: string, options?: CallOptions): Promise<string>;
  /** Like `shout`, but also returns the source of the answer and the id of its request. */
  shoutWithDetails(text: string, options?: CallOptions): Promise<ShoutDetails>;
  /**
   * One result for each text, in order. A failed text has a result, too, so no text is lost. Reads only a bounded
   * number of texts ahead. If `texts` throws, this throws the same error after the results of all earlier texts. Throws
   * `ABORTED` if the signal aborts. If you leave the loop, all requests end.
   */
  bulk(texts: AsyncIterable<string> | Iterable<string>, options?: CallOptions): AsyncIterable<BulkResult>;
  /** Resolves if the service is healthy; rejects with a `TuohsClientError` if it is not. */
  health(options?: CallOptions): Promise<void>;
}

/** A client of one service. It holds nothing open, so there is nothing to close. */
export function createClient(options: ClientOptions): TuohsClient {
  const ask = asker(options);

  return {
    shout: async (text, options) => (await shoutWithDetails(text, options)).text,
    shoutWithDetails,
    bulk: (texts, { signal } = {}) => bulkRun(texts, { ask, signal }),
    health: ({ signal } = {}) =>
      ask(
        { path: 'health', init: () => ({}), read: (response) => assertAnswer(response, 'success') },
        signal,
      ),
  };

  async function shoutWithDetails(text: string, { signal }: CallOptions = {}): Promise<ShoutDetails> {
    const body = JSON.stringify({ data: wellFormed(text) });
    const init = () => ({ method: 'POST', headers: JSON_HEADERS, body });
    return ask({ path: 'v1', init, read: (response) => detailsOf(response, text.length) }, signal);
  }
}

const JSON_HEADERS = { 'content-type': 'application/json', accept: 'application/json' };

/** Bounds the size of the answer: as JSON, it needs at most six bytes for each UTF-16 unit of the text. */
async function detailsOf(response: Response, units: number): Promise<ShoutDetails> {
  const { status, headers } = response;
  const { data: text } = fieldsOf(await textOf(response, SHORT_ANSWER_BYTES + 6 * units));
  if (typeof text !== 'string') {
    throw new TuohsClientError('BAD_ANSWER', 'the answer holds no text', { status });
  }
  return {
    text,
    cacheStatus: headers.get('cache-status') ?? undefined,
    requestId: headers.get('x-request-id') ?? undefined,
  };
}
