import { EventEmitter } from 'node:events';
import { ReplyError } from 'ioredis';
import type { ConnectRedis, RedisClient } from '../../src/cache/redis-connection.ts';
import type { Dice } from './dice.ts';
import type { Journal } from './journal.ts';
import type { RedisRules } from './redis-rules.ts';
import type { RedisFault, Scenario } from './scenario.ts';

interface Pending {
  readonly sentAt: number;
  reply(): void;
  lose(error: Error): void;
}

type Value = string | null;

const RECONNECT_MS = 1000;
const HUGE = Buffer.alloc(400_000);
const REPLY = Buffer.alloc(65_536);

/** A Redis and the client that is connected to it, on the virtual clock: what `redisConnection` sees of ioredis. */
export function simulatedRedis(
  { redisFaults }: Scenario,
  rules: RedisRules,
  { dice: roll, journal }: { dice: Dice; journal: Journal },
): ConnectRedis {
  const { clock } = journal;
  const startedAt = clock.now();
  const values = new Map<string, string>();
  const events = new EventEmitter();
  const pending = new Set<Pending>();
  let stream = new SimulatedStream(lose);
  let isUp = false;
  let isClosed = false;
  let lastReplyAt = 0;
  let retryStrategy: (times: number) => unknown = () => RECONNECT_MS;
  let silentSocketMs = Number.POSITIVE_INFINITY;

  const client = {
    get stream() {
      return stream;
    },
    on: (name: string, listener: () => void) => events.on(name, listener),
    get: (key: string) => ask(() => read(key)),
    mget: (keys: readonly string[]) => ask(() => keys.map(read)),
    set: (key: string, value: string) => ask(() => write(key, value)),
    unlink: (...keys: string[]) => ask(() => keys.filter((key) => values.delete(key)).length),
    disconnect() {
      isClosed = true;
      lose(new Error('Connection is closed.'));
    },
  };

  return (_url, options) => {
    retryStrategy = options.retryStrategy ?? retryStrategy;
    silentSocketMs = options.socketTimeout ?? silentSocketMs;
    for (const { kind, from } of redisFaults)
      if (kind === 'gone') clock.after(from, () => lose(new Error('Connection is closed.')));
    clock.after(1, connect);
    return client as unknown as RedisClient;
  };

  function faultNow(): RedisFault | undefined {
    const now = clock.now() - startedAt;
    return redisFaults.find(({ from, to }) => now >= from && now < to);
  }

  function connect(): void {
    if (isClosed) return;
    const kind = faultNow()?.kind;
    if (kind === 'gone' || kind === 'frozen') {
      events.emit('error', new Error('connect ECONNREFUSED'));
      events.emit('close');
      return reconnect();
    }
    stream = new SimulatedStream(lose);
    isUp = true;
    journal.note('redis', () => 'up');
    events.emit('connect');
    events.emit('ready');
  }

  function reconnect(): void {
    if (!isClosed) clock.after(Number(retryStrategy(1)), connect);
  }

  function lose(error: Error): void {
    if (!isUp) return;
    isUp = false;
    journal.note('redis', () => `lost: ${error.message}`);
    for (const each of pending) each.lose(error);
    pending.clear();
    events.emit('close');
    reconnect();
  }

  /** Replies come in the order of their commands. */
  function ask<T>(act: () => T): Promise<T> {
    if (!isUp) return Promise.reject(new Error("Stream isn't writeable"));
    rules.commanded();
    lastReplyAt = Math.max(lastReplyAt, replyAt());
    return new Promise<T>((resolve, reject) => {
      const one: Pending = {
        sentAt: clock.now(),
        reply() {
          pending.delete(one);
          try {
            resolve(act());
          } catch (error) {
            reject(error);
          }
        },
        lose: reject,
      };
      pending.add(one);
      clock.after(lastReplyAt - clock.now(), () => pending.has(one) && answer(one));
      if (silentSocketMs < lastReplyAt - clock.now())
        clock.after(silentSocketMs, () => pending.has(one) && lose(new Error('Socket timeout.')));
    });
  }

  function answer(one: Pending): void {
    if (stream.receive(faultNow()?.kind === 'huge' && roll.chance(0.2) ? HUGE : REPLY.subarray(0, 64)))
      one.reply();
  }

  function replyAt(): number {
    const fault = faultNow();
    const now = clock.now();
    if (fault?.kind === 'frozen') return startedAt + fault.to;
    return now + (fault?.kind === 'slow' ? roll.between(10, 300) : roll.between(0.1, 2));
  }

  function read(key: string): Value {
    const value = values.get(key) ?? null;
    if (value === null || faultNow()?.kind !== 'lying') return value;
    const [another = ''] = values.values();
    return roll.one([another, value.toLowerCase(), '', `${value}!`, value.slice(1)]);
  }

  function write(key: string, value: string): string {
    if (faultNow()?.kind === 'full')
      throw new ReplyError(roll.one(['OOM command not allowed', "READONLY You can't write"]));
    values.set(key, value);
    return 'OK';
  }
}

/** What is used of a socket. */
class SimulatedStream {
  readonly #onDestroy: (error: Error) => void;
  #isDestroyed = false;
  #listener: (chunk: Buffer) => void = () => {};

  constructor(onDestroy: (error: Error) => void) {
    this.#onDestroy = onDestroy;
  }

  cork(): void {}
  uncork(): void {}

  prependListener(_name: 'data', listener: (chunk: Buffer) => void): void {
    this.#listener = listener;
  }

  destroy(error: Error): void {
    this.#isDestroyed = true;
    this.#onDestroy(error);
  }

  /** Whether the connection outlives what arrives. */
  receive(chunk: Buffer): boolean {
    this.#listener(chunk);
    return !this.#isDestroyed;
  }
}
