import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { TuohsError } from '../core/errors.ts';
import { clientOf, type TrustedProxies } from './client-address.ts';

/** Counts the requests of one client in this minute of the clock. Never rejects. */
export interface RequestCounter {
  /** How many there were with this one, and how many milliseconds are left of the minute. */
  count(client: string): Promise<{ current: number; leftMs: number }>;
}

export interface RateLimitOptions {
  /** 0: no limit. */
  readonly rateLimitPerMinute: number;
  readonly trustProxy: TrustedProxies;
}

/** What a client is told about its quota, by the headers of the IETF's draft-03: names and values in turn. */
export interface Quota {
  readonly headers: readonly string[];
  /** The refusal, where there is nothing left. */
  readonly refusal: TuohsError | undefined;
}

/** Counts a request and tells what is left of its client's quota. */
export type TakeFromQuota = (request: IncomingMessage) => Promise<Quota>;

/** Probes, and what a page loads by itself. */
const FREE = new Set<string | undefined>(['/health', '/assets/:version/:file']);

/** The quota of each client, or `undefined` where the settings want none. */
export function quotas(counter: RequestCounter, options: RateLimitOptions): TakeFromQuota | undefined {
  const { rateLimitPerMinute: perMinute, trustProxy } = options;
  if (perMinute === 0) return undefined;
  const clientBehind = clientOf(trustProxy);
  return async (request) => {
    const { current, leftMs } = await counter.count(clientBehind(request));
    const headers = [
      ...['ratelimit-limit', String(perMinute)],
      ...['ratelimit-remaining', String(Math.max(0, perMinute - current))],
      ...['ratelimit-reset', String(Math.ceil(leftMs / 1000))],
    ];
    return { headers, refusal: current > perMinute ? usedUp(leftMs) : undefined };
  };
}

/** Refuses clients over their quota with 429; tells all what is left of theirs. */
export function limitRates(server: FastifyInstance, takeFromQuota: TakeFromQuota): void {
  server.addHook('onRequest', async (request, reply) => {
    if (FREE.has(request.routeOptions.url)) return;
    const { headers, refusal } = await takeFromQuota(request.raw);
    for (let i = 0; i < headers.length; i += 2) reply.header(headers[i] ?? '', headers[i + 1]);
    if (refusal) throw refusal;
  });
}

function usedUp(leftMs: number): TuohsError {
  return new TuohsError('RATE_LIMITED', 'the quota of the client is used up', { retryAfterMs: leftMs });
}
