import type { IncomingMessage } from 'node:http';
import { TuohsError } from '../../core/errors.ts';
import type { HeaderLines } from '../node-http.ts';
import { clientOf, type TrustedProxies } from './client-address.ts';

/** Counts the requests of one client in this minute of the clock. Never rejects; a count that is known needs no promise. */
export interface RequestCounter {
  count(client: string): RequestCount | Promise<RequestCount>;
}

/** The requests so far, this one included, and the milliseconds until the minute ends. */
export interface RequestCount {
  readonly current: number;
  readonly leftMs: number;
}

export interface QuotaOptions {
  /** 0: no limit. */
  readonly rateLimitPerMinute: number;
  readonly trustProxy: TrustedProxies;
}

/** What is left of a client's quota. */
export interface Quota {
  /** The headers of every answer to the client: limit, remaining, and seconds until the reset (IETF draft-03). */
  readonly headers: HeaderLines;
  /** The refusal, if nothing is left. */
  readonly refusal: TuohsError | undefined;
}

/** Counts a request against its client's quota. */
export type TakeFromQuota = (request: IncomingMessage) => Quota | Promise<Quota>;

/** The quota of each client, or `undefined` if the settings want none. */
export function quotas(counter: RequestCounter, options: QuotaOptions): TakeFromQuota | undefined {
  const { rateLimitPerMinute: perMinute, trustProxy } = options;
  if (perMinute === 0) return undefined;
  const clientBehind = clientOf(trustProxy);
  const limitLine = `ratelimit-limit: ${perMinute}\r\nratelimit-remaining: `;
  return (request) => {
    const count = counter.count(clientBehind(request));
    return count instanceof Promise ? count.then(quota) : quota(count);
  };

  function quota({ current, leftMs }: RequestCount): Quota {
    const remaining = Math.max(0, perMinute - current);
    return {
      headers: `${limitLine}${remaining}\r\nratelimit-reset: ${Math.ceil(leftMs / 1000)}\r\n`,
      refusal: current > perMinute ? usedUp(leftMs) : undefined,
    };
  }

  function usedUp(leftMs: number): TuohsError {
    return new TuohsError('RATE_LIMITED', 'the quota of the client is used up', {
      retryAfterMs: leftMs,
      detail: `The quota is ${perMinute} requests a minute.`,
    });
  }
}
