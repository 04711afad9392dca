import { hash } from 'node:crypto';
import type { World } from '../core/events.ts';
import type { Store } from '../core/shouter.ts';
import { failed } from './failed.ts';
import type { RedisConnection } from './redis-connection.ts';

export interface RedisStoreOptions {
  /** How long an entry lives: a bound on memory only, for values never change. */
  readonly ttlDays: number;
  /** Turns what was read into the upper case of its text, or `undefined` where it is not. */
  readonly verify: (text: string, value: string) => string | undefined;
}

const SECONDS_A_DAY = 86_400;

/**
 * Keeps shouts in a Redis that all processes share. A key is a digest, so the text is in none; a value is the
 * upper-cased text. What is read is verified against the text asked for, so a poisoned entry is a miss.
 */
export function redisStore(
  connection: RedisConnection,
  { ttlDays, verify }: RedisStoreOptions,
  { emit }: Pick<World, 'emit'>,
): Store {
  return {
    tier: 'redis',
    get(text) {
      const key = keyOf(text);
      const maxReplyBytes = maxValueBytes(text);
      const reply = connection.run({
        op: 'get',
        key,
        maxReplyBytes,
        send: (_redis, turn) => turn.get(key, maxReplyBytes),
        reads: (value) => (value === null || typeof value === 'string' ? value : undefined),
      });
      return reply === failed ? undefined : reply.then((value) => known(text, value));
    },
    set(text, shout) {
      const key = keyOf(text);
      const reply = connection.run({
        op: 'set',
        key,
        maxReplyBytes: OK_BYTES,
        send: (redis) => redis.set(key, shout, 'EX', ttlDays * SECONDS_A_DAY),
        reads: (value) => (value === 'OK' ? value : undefined),
      });
      return reply !== failed;
    },
  };

  function known(text: string, value: string | null | typeof failed): string | undefined {
    if (value === null || value === failed) return undefined;
    const shout = verify(text, value);
    if (shout !== undefined) return shout;
    emit({ type: 'verification-failed', source: 'redis' });
    connection.doubt();
    return undefined;
  }
}

/** The version is of what the value means; a change of it leaves old entries to expire. */
function keyOf(text: string): string {
  return `tuohs:v1:${hash('sha256', text, 'base64url')}`;
}

const OK_BYTES = 16;

/** No upper case takes more than half again as many bytes as its text, plus the frame of the protocol. */
function maxValueBytes(text: string): number {
  return 1.5 * Buffer.byteLength(text) + 32;
}
