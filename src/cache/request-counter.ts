import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Clock } from '../core/clock.ts';
import { type Failed, failed } from './failed.ts';
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

/** No minute holds more, so a number above it is not a count: somebody else wrote it. */
const MOST_REQUESTS = 1_000_000_000;

/** Clients that are remembered at once; beyond that the quietest are forgotten. */
const MAX_CLIENTS = 100_000;

/**
 * Counts the requests of each client in the current minute of the clock: here, and where there is a Redis for all
 * processes together. A Redis in trouble costs nothing: then what was counted here counts.
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

/** Requests of one client in one turn of the event loop, which are counted together. */
interface Gathered {
  requests: number;
  /** How many there were with these, in all processes. */
  total: Promise<number | Failed> | Failed;
}

/** How many requests of a client there were with this one, in all processes; not above 0 where Redis does not say. */
function sharedCount(redis: RedisConnection): (client: string) => number | Promise<number> {
  const underWay = new Map<string, Gathered>();
  return (client) => {
    const gathered = underWay.get(client) ?? gather(client);
    if (gathered.total === failed) return 0;
    const place = ++gathered.requests;
    return gathered.total.then((total) =>
      total === failed || total > MOST_REQUESTS ? 0 : total - gathered.requests + place,
    );
  };

  function gather(client: string): Gathered {
    // Keys hold a digest: an address is nobody else's business.
    const key = `tuohs:v1:rate:${hash('sha256', client, 'base64url')}`;
    const gathered: Gathered = { requests: 0, total: failed };
    gathered.total = redis.run({
      op: 'count',
      key,
      maxReplyBytes: 256,
      send: (connected, turn) =>
        turn.atEnd(() => {
          underWay.delete(client);
          const total = connected.incrby(key, gathered.requests);
          const isKept = connected.expire(key, KEY_SECONDS).catch(() => 0);
          return Promise.all([total, isKept]);
        }),
      reads: countOf,
    });
    if (gathered.total !== failed) underWay.set(client, gathered);
    return gathered;
  }
}

/** The reply to INCRBY, if it and that to EXPIRE are what Redis can say. */
function countOf(replies: unknown): number | undefined {
  const [total, isKept]: unknown[] = Array.isArray(replies) ? replies : [];
  if (isKept !== 0 && isKept !== 1) return undefined;
  return typeof total === 'number' && Number.isInteger(total) ? total : undefined;
}
