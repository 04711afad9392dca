import { once } from 'node:events';
import { Readable } from 'node:stream';
import { type BulkResult, type TuohsClient, TuohsClientError } from '../client/index.ts';

/** One answer with everything known about it, or why there is none. JSON leaves out what is `undefined`. */
export type Result = BulkResult & {
  readonly cacheStatus?: string | undefined;
  readonly requestId?: string | undefined;
};

const CONCURRENCY = 16;

/** One result for each text, in order. Each text has its own request. Throws what `texts` throws, and the reason of the signal. */
export function detailedResults(
  client: TuohsClient,
  texts: AsyncIterable<string>,
  signal: AbortSignal,
): AsyncIterable<Result> {
  const ask = async (text: string): Promise<Result> => {
    try {
      const { text: data, ...details } = await client.shoutWithDetails(text, { signal });
      return { data, ...details };
    } catch (error) {
      if (!(error instanceof TuohsClientError)) throw error;
      const { message, code, detail, requestId } = error;
      return { error: message, code, ...(detail !== undefined && { detail }), requestId };
    }
  };
  const results = Readable.from(texts).map(ask, { concurrency: CONCURRENCY })[Symbol.asyncIterator]();
  const aborted = once(signal, 'abort').then(() => Promise.reject(signal.reason));
  aborted.catch(() => {});
  // Has no `return`, because ending the stream would wait for its source, which might never bring another text.
  return { [Symbol.asyncIterator]: () => ({ next: () => Promise.race([results.next(), aborted]) }) };
}
