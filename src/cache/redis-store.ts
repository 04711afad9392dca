import { hash } from 'node:crypto';
import type { World } from '../core/events.ts';
import type { Store } from '../core/shouter.ts';
import type { RedisConnection } from './redis-connection.ts';

export interface RedisStoreOptions {
  /** How long Redis keeps an entry. This only limits memory, because values never become stale. */
  readonly ttlDays: number;
  /** Returns `value` if it is the upper case of `text`, else `undefined`. */
  readonly verify: (text: string, value: string) => string | undefined;
}

const SECONDS_A_DAY = 86_400;

/**
 * Keeps shouts in a Redis that all processes share. A key is a digest of the text, a value is the upper-cased text. Each
 * value is verified against the text that was asked for, so a wrong entry counts as a miss.
 */
export function redisStore(
  connection: RedisConnection,
  { ttlDays, verify }: RedisStoreOptions,
  { emit }: Pick<World, 'emit'>,
): Store {
  /** The look-up that was not sent yet and has room for more texts, if any. */
  let open: LookUp | undefined;

  return {
    tier: 'redis',
    get(text) {
      const { keys, values } = lookUpWithRoom(maxValueBytes(text));
      const place = keys.push(keyOf(text)) - 1;
      return values?.then((found) => known(text, found?.[place]));
    },
    set(text, shout) {
      const key = keyOf(text);
      const reply = connection.run({
        op: 'set',
        keys: [key],
        maxReplyBytes: () => OK_BYTES,
        send: (redis) => redis.set(key, shout, 'EX', ttlDays * SECONDS_A_DAY),
        reads: (value) => (value === 'OK' ? value : undefined),
      });
      return reply !== undefined;
    },
  };

  function lookUpWithRoom(bytes: number): LookUp {
    if (open && open.keys.length < MAX_KEYS && open.replyBytes + bytes <= MAX_REPLY_BYTES) {
      open.replyBytes += bytes;
      return open;
    }
    const keys: string[] = [];
    const values = connection.run({
      op: 'get',
      keys,
      maxReplyBytes: () => lookUp.replyBytes,
      send(redis) {
        open = undefined;
        const [first = ''] = keys;
        return keys.length === 1 ? redis.get(first) : redis.mget(keys);
      },
      reads: (reply) => valuesOf(keys.length === 1 ? [reply] : reply, keys.length),
    });
    const lookUp: LookUp = { keys, values, replyBytes: bytes };
    open = values && lookUp;
    return lookUp;
  }

  function known(text: string, value: string | null | undefined): string | undefined {
    if (value === null || value === undefined) return undefined;
    const shout = verify(text, value);
    if (shout !== undefined) return shout;
    emit({ type: 'verification-failed', source: 'redis' });
    connection.doubt();
    return undefined;
  }
}

// One MGET is limited, because Redis serves no other client meanwhile, and all values arrive at once.
const MAX_KEYS = 128;
const MAX_REPLY_BYTES = 262_144;

/**
 * The texts that one command looks up. They share a command, because another command costs far more than another key. If the value
 * of a key is not a string, GET fails, but MGET reports the key as missing.
 */
interface LookUp {
  readonly keys: string[];
  /** `undefined` if Redis is not asked; resolves with `undefined` if Redis gave no values. */
  readonly values: Promise<Values | undefined> | undefined;
  /** The maximum size of the reply. */
  replyBytes: number;
}

type Values = readonly (string | null)[];

/** The values of a reply; `undefined` if the reply does not have one value for each key. */
function valuesOf(reply: unknown, count: number): Values | undefined {
  const isWhole = Array.isArray(reply) && reply.length === count;
  return isWhole && reply.every((value) => value === null || typeof value === 'string') ? reply : undefined;
}

/** `v1` is the version of the entries. Entries of another version are never read, and expire. */
function keyOf(text: string): string {
  return `tuohs:v1:${hash('sha256', text, 'base64url')}`;
}

const OK_BYTES = 16;

/** An upper case has at most 1.5 times the bytes of its text. The 32 bytes are for what the protocol adds. */
function maxValueBytes(text: string): number {
  return 1.5 * Buffer.byteLength(text) + 32;
}
