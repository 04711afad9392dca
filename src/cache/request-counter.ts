import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Clock } from '../core/clock.ts';
import { failed } from './failed.ts';
import type { RedisConnection } from './redis-connection.ts';

export interface RequestCounter {
  count(client: string): Promise<{ current: number; leftMs: number }>;
}

const MINUTE_MS = 60_000;
const KEY_SECONDS = 120;

/** Clients that are remembered at once; beyond that the quietest are forgotten. */
const MAX_CLIENTS = 100_000;

/**
 * Counts the requests of each client in the current minute of the clock: here, and where there is a Redis for all
 * processes together. A Redis in trouble costs nothing: then what was counted here counts.
 */
export function requestCounter(clock: Clock, redis?: RedisConnection): RequestCounter {
  const counts = new LRUCache<string, { requests: number }>({ max: MAX_CLIENTS });
  let currentMinute = 0;

  return {
    async count(client) {
      const now = clock.epochMs();
      const minute = Math.floor(now / MINUTE_MS);
      if (minute !== currentMinute) counts.clear();
      currentMinute = minute;
      const here = counts.get(client) ?? { requests: 0 };
      if (here.requests === 0) counts.set(client, here);
      here.requests++;
      const everywhere = redis ? await countShared(redis, `${minute}:${client}`) : 0;
      return { current: Math.max(here.requests, everywhere), leftMs: (minute + 1) * MINUTE_MS - now };
    },
  };
}

/** Keys hold a digest: an address is nobody else's business. */
async function countShared(redis: RedisConnection, client: string): Promise<number> {
  const key = `tuohs:v1:rate:${hash('sha256', client, 'base64url')}`;
  const replies = await redis.run({
    op: 'count',
    key,
    maxReplyBytes: 256,
    send: (connected) => connected.multi().incr(key).expire(key, KEY_SECONDS).exec(),
  });
  const count = replies === failed ? undefined : replies?.[0]?.[1];
  return typeof count === 'number' ? count : 0;
}
