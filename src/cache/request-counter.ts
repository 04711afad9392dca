import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Clock } from '../core/clock.ts';
import type { RedisConnection } from './redis-connection.ts';

export interface RequestCounter {
  count(client: string): RequestCount | Promise<RequestCount>;
}

export interface RequestCount {
  readonly current: number;
  readonly leftMs: number;
}

const MINUTE_MS = 60_000;
const KEY_SECONDS = 120;

/** No minute has more, so a larger number in Redis is not one of our counts. */
const MOST_REQUESTS = 1_000_000_000;

/** The most clients that are remembered. Beyond that, the one that was quiet for longest is forgotten. */
const MAX_CLIENTS = 100_000;

/**
 * Counts the requests of each client in the current minute of the clock: in this process and, with a Redis, in all
 * processes together. If Redis fails, the count of this process is used.
 */
export function requestCounter(clock: Clock, redis?: RedisConnection): RequestCounter {
  const countEverywhere = redis && sharedCount(redis);
  const counts = new LRUCache<string, { requests: number }>({ max: MAX_CLIENTS });
  let currentMinute = 0;

  return {
    count(client) {
      const now = clock.epochMs();
      const minute = Math.floor(now / MINUTE_MS);
      if (minute !== currentMinute) counts.clear();
      currentMinute = minute;
      const here = counts.get(client) ?? { requests: 0 };
      if (here.requests === 0) counts.set(client, here);
      here.requests++;
      const leftMs = (minute + 1) * MINUTE_MS - now;
      const current = here.requests;
      const withHere = (everywhere: number) => ({ current: Math.max(current, everywhere), leftMs });
      const everywhere = countEverywhere?.(`${minute}:${client}`) ?? 0;
      return everywhere instanceof Promise ? everywhere.then(withHere) : withHere(everywhere);
    },
  };
}

/** The requests of one client in one turn of the event loop. They are counted with one command. */
interface Gathered {
  requests: number;
  /** The count of all processes, these included. */
  total: Promise<number | undefined> | undefined;
}

/** The count of all processes for a client, this request included; 0 or less if Redis does not answer. */
function sharedCount(redis: RedisConnection): (client: string) => number | Promise<number> {
  const underWay = new Map<string, Gathered>();
  return (client) => {
    const gathered = underWay.get(client) ?? gather(client);
    if (gathered.total === undefined) return 0;
    const place = ++gathered.requests;
    return gathered.total.then((total) =>
      total === undefined || total > MOST_REQUESTS ? 0 : total - gathered.requests + place,
    );
  };

  function gather(client: string): Gathered {
    // The key is a digest, so that no address of a client is in Redis.
    const key = `tuohs:v1:rate:${hash('sha256', client, 'base64url')}`;
    const gathered: Gathered = { requests: 0, total: undefined };
    gathered.total = redis.run({
      op: 'count',
      key,
      maxReplyBytes: 256,
      send: (turn) =>
        turn.atEnd(() => {
          underWay.delete(client);
          const total = turn.redis.incrby(key, gathered.requests);
          const isKept = turn.redis.expire(key, KEY_SECONDS).catch(() => 0);
          return Promise.all([total, isKept]);
        }),
      reads: countOf,
    });
    if (gathered.total !== undefined) underWay.set(client, gathered);
    return gathered;
  }
}

/** The reply to INCRBY, if this and the reply to EXPIRE are ones that Redis can give. */
function countOf(replies: unknown): number | undefined {
  const [total, isKept]: unknown[] = Array.isArray(replies) ? replies : [];
  if (isKept !== 0 && isKept !== 1) return undefined;
  return typeof total === 'number' && Number.isInteger(total) ? total : undefined;
}
