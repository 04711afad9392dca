import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Clock } from '../core/clock.ts';
import type { RedisConnection } from './redis-connection.ts';

export interface CounterOptions {
  /** The quota. Below half of the quota, the last count of Redis is good enough if it is not older than `FRESH_MS`. */
  readonly perMinute: number;
  readonly redis?: RedisConnection | undefined;
}

/** The requests of one client in a minute. */
interface Counted {
  readonly minute: number;
  /** The requests that this process counted. */
  here: number;
  /** The requests that the other processes had counted when Redis last replied. */
  elsewhere: number;
  /** When Redis last replied. */
  knownAtMs: number;
  /** How many of `here` were not sent to Redis yet. */
  unsent: number;
  /** The command that is not sent yet, which more requests can join. Settles when Redis has replied. */
  asked: Promise<void> | undefined;
}

const MINUTE_MS = 60_000;
const KEY_SECONDS = 120;

/** If the count of the other processes is older than this, Redis is asked again before the count is used. */
const FRESH_MS = 1000;

/** How long requests that do not wait for Redis are gathered, before one command reports all of them to Redis. */
const GATHER_MS = 10;

/** A minute cannot have more requests than this, so a larger number in Redis is not one of our counts. */
const MOST_REQUESTS = 1_000_000_000;

/** The maximum number of clients that are remembered. The client that has sent no request for the longest time is forgotten first. */
const MAX_CLIENTS = 25_000;

/**
 * Counts the requests of each client in the current minute of the clock: in this process and, with a Redis, in all
 * processes together. If Redis fails, the last known count of the other processes is still used.
 */
export function requestCounter(clock: Clock, { perMinute, redis }: CounterOptions) {
  const counts = new LRUCache<string, Counted>({ max: MAX_CLIENTS });

  return {
    /** Counts a request of this client. Waits for Redis only if the count could be near the quota. */
    count(client: string) {
      const now = clock.epochMs();
      const minute = Math.floor(now / MINUTE_MS);
      const counted = countedIn(minute, client);
      const place = ++counted.here;
      const result = () => ({ current: place + counted.elsewhere, leftMs: (minute + 1) * MINUTE_MS - now });
      if (redis === undefined) return result();
      counted.unsent++;
      const ask = () => askRedis(redis, `${minute}:${client}`, counted);
      const isFresh = clock.now() - counted.knownAtMs < FRESH_MS;
      if (!isFresh || place + counted.elsewhere >= perMinute / 2) return ask()?.then(result) ?? result();
      if (counted.unsent === 1) clock.after(GATHER_MS, ask);
      return result();
    },
  };

  /** Counts of earlier minutes stay until they are replaced. Clearing all of them at once would block the event loop. */
  function countedIn(minute: number, client: string): Counted {
    const known = counts.get(client);
    if (known?.minute === minute) return known;
    const counted = { minute, here: 0, elsewhere: 0, knownAtMs: -FRESH_MS, unsent: 0, asked: undefined };
    counts.set(client, counted);
    return counted;
  }

  /** Sends the unsent requests to Redis at the end of this turn. Returns `undefined` if Redis cannot be asked. */
  function askRedis(connection: RedisConnection, id: string, counted: Counted): Promise<void> | undefined {
    if (counted.asked || counted.unsent === 0) return counted.asked;
    // The key is a digest, so that no address of a client is in Redis.
    const key = `tuohs:v1:rate:${hash('sha256', id, 'base64url')}`;
    let sentHere = 0;
    // If only EXPIRE fails, the count is right, but its key stays in Redis forever.
    const notKept = (error: Error) => {
      connection.refused(error, 'count');
      return 0;
    };
    const reply = connection.run({
      op: 'count',
      keys: [key],
      maxReplyBytes: () => 256,
      send(redis) {
        const { here, unsent } = counted;
        sentHere = here;
        Object.assign(counted, { asked: undefined, unsent: 0 });
        return Promise.all([redis.incrby(key, unsent), redis.expire(key, KEY_SECONDS).catch(notKept)]);
      },
      reads: countOf,
    });
    counted.asked = reply?.then((total) => {
      if (total === undefined || total > MOST_REQUESTS) return;
      counted.elsewhere = Math.max(0, total - sentHere);
      counted.knownAtMs = clock.now();
    });
    return counted.asked;
  }
}

/** The reply to INCRBY; `undefined` if one of the two replies cannot belong to its command. */
function countOf(replies: unknown): number | undefined {
  const [total, isKept]: unknown[] = Array.isArray(replies) ? replies : [];
  if (isKept !== 0 && isKept !== 1) return undefined;
  return typeof total === 'number' && Number.isInteger(total) ? total : undefined;
}
