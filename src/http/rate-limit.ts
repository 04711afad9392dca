import rateLimit, { type FastifyRateLimitStore } from '@fastify/rate-limit';
import type { FastifyInstance } from 'fastify';
import { TuohsError } from '../core/errors.ts';

/** Counts the requests of one client in this minute of the clock. Never rejects. */
export interface RequestCounter {
  /** How many there were with this one, and how many milliseconds are left of the minute. */
  count(client: string): Promise<{ current: number; leftMs: number }>;
}

const MINUTE_MS = 60_000;

/** Probes, and what a page loads by itself. */
const FREE = new Set<string | undefined>(['/health', '/assets/:version/:file']);

/** Refuses clients over their quota with 429; tells all of theirs in the draft's RateLimit headers. */
export function limitRates(server: FastifyInstance, counter: RequestCounter, perMinute: number): void {
  server.register(rateLimit, {
    max: perMinute,
    timeWindow: MINUTE_MS,
    enableDraftSpec: true,
    allowList: ({ routeOptions }) => FREE.has(routeOptions.url),
    errorResponseBuilder: (_request, { ttl }) =>
      new TuohsError('RATE_LIMITED', 'the quota of the client is used up', { retryAfterMs: ttl }),
    store: storeOf(counter),
  });
}

/** The plugin makes its store itself, from a class. */
function storeOf(counter: RequestCounter): new () => FastifyRateLimitStore {
  return class implements FastifyRateLimitStore {
    incr(
      client: string,
      done: (error: Error | null, result?: { current: number; ttl: number }) => void,
    ): void {
      counter.count(client).then(({ current, leftMs }) => done(null, { current, ttl: leftMs }), done);
    }

    child(): this {
      return this;
    }
  };
}
