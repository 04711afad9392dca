import { hash } from 'node:crypto';
import type { World } from '../core/events.ts';
import type { Store } from '../core/shouter.ts';
import type { RedisConnection } from './redis-connection.ts';

export interface RedisStoreOptions {
  /** How long an entry lives. It bounds memory only, because values never change. */
  readonly ttlDays: number;
  /** Returns `value` if it is the upper case of `text`, else `undefined`. */
  readonly verify: (text: string, value: string) => string | undefined;
}

const SECONDS_A_DAY = 86_400;

/**
 * Keeps shouts in a Redis that all processes share. A key is a digest of the text, a value is the upper-cased text. Each
 * value is verified against the text that was asked for, so a poisoned entry is a miss.
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
        send: (turn) => turn.get(key, maxReplyBytes),
        reads: (value) => (value === null || typeof value === 'string' ? value : undefined),
      });
      return reply?.then((value) => known(text, value));
    },
    set(text, shout) {
      const key = keyOf(text);
      const reply = connection.run({
        op: 'set',
        key,
        maxReplyBytes: OK_BYTES,
        send: ({ redis }) => redis.set(key, shout, 'EX', ttlDays * SECONDS_A_DAY),
        reads: (value) => (value === 'OK' ? value : undefined),
      });
      return reply !== undefined;
    },
  };

  function known(text: string, value: string | null | undefined): string | undefined {
    if (value === null || value === undefined) return undefined;
    const shout = verify(text, value);
    if (shout !== undefined) return shout;
    emit({ type: 'verification-failed', source: 'redis' });
    connection.doubt();
    return undefined;
  }
}

/** `v1` is the version of the entries. Those of another version are never read, and expire. */
function keyOf(text: string): string {
  return `tuohs:v1:${hash('sha256', text, 'base64url')}`;
}

const OK_BYTES = 16;

/** An upper case has at most 1.5 times the bytes of its text. The rest is the frame of the protocol. */
function maxValueBytes(text: string): number {
  return 1.5 * Buffer.byteLength(text) + 32;
}
