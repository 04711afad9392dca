import type { RedisClient } from './redis-link.ts';

interface Get {
  readonly key: string;
  readonly maxReplyBytes: number;
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

// What one command may ask for: it keeps Redis from everybody else, and all its values arrive at once.
const MAX_KEYS = 128;
const MAX_REPLY_BYTES = 262_144;

/** What is asked of Redis in one turn of the event loop, and sent together at its end. */
export class RedisTurn {
  readonly #redis: RedisClient;
  #gets: Get[] = [];
  #others: (() => void)[] = [];

  constructor(redis: RedisClient) {
    this.#redis = redis;
  }

  /**
   * The value of a key, or `null` where there is none. It travels in an MGET with others, for most of what a GET costs
   * us is not its key; there a value that is no string counts as none, while a GET alone fails. `undefined` for each if
   * the reply to the MGET is not one value for each key.
   */
  get(key: string, maxReplyBytes: number): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#gets.push({ key, maxReplyBytes, resolve, reject });
    });
  }

  /** What `ask` comes to, which is called at the end of the turn. */
  atEnd<T>(ask: () => Promise<T>): Promise<T> {
    return new Promise((resolve) => {
      this.#others.push(() => resolve(ask()));
    });
  }

  end(): void {
    const others = this.#others;
    this.#others = [];
    for (const ask of others) ask();
    const gets = this.#gets;
    this.#gets = [];
    let group: Get[] = [];
    let bytes = 0;
    for (const get of gets) {
      if (group.length === MAX_KEYS || (group.length > 0 && bytes + get.maxReplyBytes > MAX_REPLY_BYTES)) {
        this.#ask(group);
        group = [];
        bytes = 0;
      }
      group.push(get);
      bytes += get.maxReplyBytes;
    }
    if (group.length > 0) this.#ask(group);
  }

  #ask(gets: readonly Get[]): void {
    const [first] = gets;
    if (first && gets.length === 1) return void this.#redis.get(first.key).then(first.resolve, first.reject);
    this.#redis.mget(gets.map(({ key }) => key)).then(
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
