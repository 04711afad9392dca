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

/** The commands of one turn of the event loop. They leave in one write, because a write costs more than its command. */
export class RedisTurn {
  readonly redis: RedisClient;
  readonly #clock: Pick<Clock, 'soon'>;
  #isOpen = false;
  /** What to ask at the end of the turn. */
  #asks: (() => void)[] = [];
  /** The MGET that has room for more keys, and how long its reply can be. */
  #gets: Get[] = [];
  #replyBytes = 0;

  constructor(redis: RedisClient, clock: Pick<Clock, 'soon'>) {
    this.redis = redis;
    this.#clock = clock;
  }

  /** Holds back what is written until the end of this turn. */
  begin(): void {
    if (this.#isOpen) return;
    this.#isOpen = true;
    const { stream } = this.redis;
    stream.cork();
    this.#clock.soon(() => {
      this.#isOpen = false;
      this.#gets = [];
      for (const ask of this.#asks.splice(0)) ask();
      stream.uncork();
    });
  }

  /** Calls `ask` at the end of the turn, and settles as it does. */
  atEnd<T>(ask: () => Promise<T>): Promise<T> {
    return new Promise((resolve) => {
      this.#asks.push(() => resolve(ask()));
    });
  }

  /**
   * The value of a key, or `null` if there is none. It travels in an MGET with others, because a command costs far
   * more than a key. A value that is not a string is `null` in an MGET, while a GET alone fails. Resolves with `undefined` if
   * the reply to the MGET is not one value for each key.
   */
  get(key: string, maxReplyBytes: number): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#getsWithRoom(maxReplyBytes).push({ key, resolve, reject });
    });
  }

  #getsWithRoom(bytes: number): Get[] {
    this.#replyBytes += bytes;
    const isFull = this.#gets.length === MAX_KEYS || this.#replyBytes > MAX_REPLY_BYTES;
    if (isFull || this.#gets.length === 0) {
      const gets: Get[] = [];
      this.#gets = gets;
      this.#replyBytes = bytes;
      this.#asks.push(() => this.#ask(gets));
    }
    return this.#gets;
  }

  #ask(gets: readonly Get[]): void {
    const [first] = gets;
    if (first && gets.length === 1) return void this.redis.get(first.key).then(first.resolve, first.reject);
    this.redis.mget(gets.map(({ key }) => key)).then(
      (values: unknown) => {
        const isWhole = Array.isArray(values) && values.length === gets.length;
        for (const [i, get] of gets.entries()) get.resolve(isWhole ? values[i] : undefined);
      },
      (error) => {
        for (const get of gets) get.reject(error);
      },
    );
  }
}
