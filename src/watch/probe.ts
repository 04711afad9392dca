import { createClient, TuohsClientError } from '../client/index.ts';
import type { WatchClock } from './surroundings.ts';
import { TIME_IS_UP, withinMs } from './time-limit.ts';

/** What one question came to. */
export interface Probe {
  readonly durationMs: number;
  /** Why there is no right answer. */
  readonly failure: string | undefined;
}

export interface Question {
  readonly text: string;
  readonly rightAnswer: string;
  /** Whether SHOUTCLOUD itself has to answer, and no `FALLBACK=local` in its place. */
  readonly wantsUpstream: boolean;
}

/** Asks the service once, over a connection of its own. Rejects only when `signal` aborts, with its reason. */
export type Ask = (question: Question, signal: AbortSignal) => Promise<Probe>;

export interface AskOptions {
  /** Where the service is, as the client's `baseUrl`. */
  readonly url: string;
  /** How long it may take to answer. */
  readonly timeoutMs: number;
  readonly fetch?: typeof globalThis.fetch;
}

// What another server says in its error goes into notifications: not all of a long text.
const MAX_REASON_LENGTH = 300;

// A kept connection would prove nothing about name, certificate and load balancer.
const HEADERS = { connection: 'close', 'user-agent': 'tuohs-watch' };

/** One right answer in time, or the reason why there is none. */
export function asker({ url, timeoutMs, fetch = globalThis.fetch }: AskOptions, clock: WatchClock): Ask {
  return async (question, signal) => {
    const startedAt = clock.now();
    const failure = await withinMs(timeoutMs, (limited) => failureOf(question, limited), { clock, signal });
    return { durationMs: Math.round(clock.now() - startedAt), failure: failure?.slice(0, MAX_REASON_LENGTH) };

    async function failureOf({ text, rightAnswer, wantsUpstream }: Question, limited: AbortSignal) {
      let cacheStatus = '';
      const client = createClient({
        baseUrl: url,
        retries: 0,
        headers: HEADERS,
        async fetch(...request) {
          const response = await fetch(...request);
          cacheStatus = response.headers.get('cache-status') ?? '';
          return response;
        },
      });
      try {
        const answer = await client.shout(text, { signal: limited });
        if (answer !== rightAnswer) return 'the answer is not the right one';
        return wantsUpstream && isLocal(cacheStatus) ? 'the fallback answered it, not SHOUTCLOUD' : undefined;
      } catch (error) {
        signal.throwIfAborted();
        return limited.reason === TIME_IS_UP ? `no answer within ${timeoutMs} ms` : wordsFor(error);
      }
    }
  };
}

/** `tuohs; fwd=miss; detail=local` (RFC 9211), among what other caches may have added. */
function isLocal(cacheStatus: string): boolean {
  return cacheStatus.split(',').some((entry) => /^\s*tuohs\b.*;\s*detail=local\b/.test(entry));
}

function wordsFor(error: unknown): string {
  if (!(error instanceof TuohsClientError)) return String(error);
  const request = error.requestId === undefined ? '' : `, request ${error.requestId}`;
  return `${error.message} (${error.code}${request})`;
}
