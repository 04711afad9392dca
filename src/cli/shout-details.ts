import { Readable } from 'node:stream';
import {
  type ShoutDetails,
  type TuohsClient,
  TuohsClientError,
  type TuohsErrorCode,
} from '../client/index.ts';

/** One answer with all that is known of it, or why there is none. What is unknown is `undefined`, so JSON leaves it out. */
export type DetailedResult =
  | ({ readonly data: string; readonly error?: undefined } & Omit<ShoutDetails, 'text'>)
  | {
      readonly data?: undefined;
      readonly error: string;
      readonly code: TuohsErrorCode;
      readonly detail: string | undefined;
      readonly requestId: string | undefined;
    };

const CONCURRENCY = 16;

/** One result for each text, in order, each of a request of its own. Throws what `texts` throws, and if the signal aborts. */
export function detailedResults(
  client: TuohsClient,
  texts: AsyncIterable<string>,
  signal: AbortSignal,
): AsyncIterable<DetailedResult> {
  const ask = async (text: string): Promise<DetailedResult> => {
    try {
      const { text: data, ...details } = await client.shoutWithDetails(text, { signal });
      return { data, ...details };
    } catch (error) {
      if (!(error instanceof TuohsClientError)) throw error;
      const { message, code, detail, requestId } = error;
      return { error: message, code, detail, requestId };
    }
  };
  const results = Readable.from(texts).map(ask, { concurrency: CONCURRENCY })[Symbol.asyncIterator]();
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  aborted.catch(() => {});
  return {
    [Symbol.asyncIterator]: () => ({
      // A stream that is told to end waits for its source, which may never bring another text.
      next: () => Promise.race([results.next(), aborted]),
    }),
  };
}
