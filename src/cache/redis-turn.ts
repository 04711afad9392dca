import type { Clock } from '../core/clock.ts';
import type { RedisClient } from './redis-link.ts';

interface Get {
  readonly key: string;
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

// The limits of one MGET. Redis serves no other client during the command, and all of its values arrive at once.
const MAX_KEYS = 128;
const MAX_REPLY_BYTES = 262_144;

export type RedisTurn = ReturnType<typeof redisTurn>;

/** The commands of one turn of the event loop. They leave in one write, because a write costs more than its command. */
export function redisTurn(redis: RedisClient, clock: Pick<Clock, 'soon'>) {
  let isOpen = false;
  /** What to ask at the end of the turn. */
  const asks: (() => void)[] = [];
  /** The MGET that has room for more keys, and how long its reply can be. */
  let gets: Get[] = [];
  let replyBytes = 0;

  return {
    redis,
    /** Holds back what is written until the end of this turn. */
    begin(): void {
      if (isOpen) return;
      isOpen = true;
      const { stream } = redis;
      stream.cork();
      clock.soon(() => {
        isOpen = false;
        gets = [];
        for (const ask of asks.splice(0)) ask();
        stream.uncork();
      });
    },
    /** Calls `ask` at the end of the turn, and settles as it does. */
    atEnd: <T>(ask: () => Promise<T>): Promise<T> =>
      new Promise((resolve) => {
        asks.push(() => resolve(ask()));
      }),
    /**
     * The value of a key, or `null` if there is none. It is asked for in an MGET with others, because a command costs far
     * more than a key. A value that is not a string is `null` in an MGET, while a GET alone fails. Resolves with `undefined` if
     * the reply to the MGET is not one value for each key.
     */
    get: (key: string, maxReplyBytes: number): Promise<unknown> =>
      new Promise((resolve, reject) => {
        getsWithRoom(maxReplyBytes).push({ key, resolve, reject });
      }),
  };

  function getsWithRoom(bytes: number): Get[] {
    replyBytes += bytes;
    const isFull = gets.length === MAX_KEYS || replyBytes > MAX_REPLY_BYTES;
    if (isFull || gets.length === 0) {
      const together: Get[] = [];
      gets = together;
      replyBytes = bytes;
      asks.push(() => ask(together));
    }
    return gets;
  }

  function ask(together: readonly Get[]): void {
    const [first] = together;
    if (first && together.length === 1) return void redis.get(first.key).then(first.resolve, first.reject);
    redis.mget(together.map(({ key }) => key)).then(
      (values: unknown) => {
        const isWhole = Array.isArray(values) && values.length === together.length;
        for (const [i, get] of together.entries()) get.resolve(isWhole ? values[i] : undefined);
      },
      (error) => {
        for (const get of together) get.reject(error);
      },
    );
  }
}
