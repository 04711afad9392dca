import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { TuohsError } from '../core/errors.ts';
import { clientOf, type TrustedProxies } from './client-address.ts';

/** Counts the requests of one client in this minute of the clock. Never rejects; what is at hand needs no promise. */
export interface RequestCounter {
  count(client: string): RequestCount | Promise<RequestCount>;
}

/** How many there were with this one, and how many milliseconds are left of the minute. */
export interface RequestCount {
  readonly current: number;
  readonly leftMs: number;
}

export interface RateLimitOptions {
  /** 0: no limit. */
  readonly rateLimitPerMinute: number;
  readonly trustProxy: TrustedProxies;
}

/** What a client is told about its quota, as decimal digits. */
export interface Quota {
  readonly limit: string;
  readonly remaining: string;
  /** Seconds until it is whole again. */
  readonly reset: string;
  /** The refusal, where there is nothing left. */
  readonly refusal: TuohsError | undefined;
}

/** By the IETF's draft-03. */
export function quotaHeaders({ limit, remaining, reset }: Quota): Record<string, string> {
  return { 'ratelimit-limit': limit, 'ratelimit-remaining': remaining, 'ratelimit-reset': reset };
}

/** Counts a request and tells what is left of its client's quota. */
export type TakeFromQuota = (request: IncomingMessage) => Quota | Promise<Quota>;

/** Probes, and what a page loads by itself. */
const FREE = new Set<string | undefined>(['/health', '/assets/:version/:file']);

/** The quota of each client, or `undefined` where the settings want none. */
export function quotas(counter: RequestCounter, options: RateLimitOptions): TakeFromQuota | undefined {
  const { rateLimitPerMinute: perMinute, trustProxy } = options;
  if (perMinute === 0) return undefined;
  const clientBehind = clientOf(trustProxy);
  const limit = String(perMinute);
  return (request) => {
    const count = counter.count(clientBehind(request));
    return count instanceof Promise ? count.then(quota) : quota(count);
  };

  function quota({ current, leftMs }: RequestCount): Quota {
    return {
      limit,
      remaining: digits(Math.max(0, perMinute - current)),
      reset: String(Math.ceil(leftMs / 1000)),
      refusal: current > perMinute ? usedUp(leftMs) : undefined,
    };
  }
}

/** V8 keeps each text that it made of a number for a while. What counts down has a new one each time, but for its ends. */
function digits(count: number): string {
  const thousands = Math.floor(count / 1000);
  return thousands === 0 ? String(count) : thousands + (ENDS[count % 1000] ?? '');
}

const ENDS = Array.from({ length: 1000 }, (_, i) => String(i).padStart(3, '0'));

/** Refuses clients over their quota with 429; tells all what is left of theirs. */
export function limitRates(server: FastifyInstance, takeFromQuota: TakeFromQuota): void {
  server.addHook('onRequest', async (request, reply) => {
    if (FREE.has(request.routeOptions.url)) return;
    const quota = await takeFromQuota(request.raw);
    reply.headers(quotaHeaders(quota));
    if (quota.refusal) throw quota.refusal;
  });
}

function usedUp(leftMs: number): TuohsError {
  return new TuohsError('RATE_LIMITED', 'the quota of the client is used up', { retryAfterMs: leftMs });
}
