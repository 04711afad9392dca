import { EventEmitter } from 'node:events';
import type { ConnectRedis, RedisClient } from '../../src/cache/redis-link.ts';
import type { Dice } from './dice.ts';
import type { Journal } from './journal.ts';
import { frameOf, type Reply, redisReplies } from './redis-replies.ts';
import type { RedisRules } from './redis-rules.ts';
import type { RedisFault, Scenario } from './scenario.ts';

interface Asked {
  readonly askedAt: number;
  /** Whether the command was reported to the rules. */
  readonly isCounted: boolean;
  resolve(reply: Reply): void;
  reject(error: Error): void;
}

const RECONNECT_MS = 1000;
/** Commands that no caller waits for. */
const UNCOUNTED = new Set(['info', 'unlink']);

/** A Redis and its client on the virtual clock. The client has only the part of ioredis that `redisConnection` uses. */
export function simulatedRedis(
  { redisFaults }: Scenario,
  rules: RedisRules,
  { dice: roll, journal }: { dice: Dice; journal: Journal },
): ConnectRedis {
  const { clock } = journal;
  const startedAt = clock.now();
  const events = new EventEmitter();
  const reply = redisReplies(() => faultNow()?.kind, roll);
  /** The commands without a reply. As in ioredis, each reply belongs to the oldest command. */
  const commandQueue: Asked[] = [];
  let stream = socket(() => {});
  let isClosed = false;
  let lastReplyAt = 0;
  let retryStrategy: (times: number) => unknown = () => RECONNECT_MS;

  const client = {
    get stream() {
      return stream;
    },
    commandQueue,
    on: (name: string, listener: () => void) => events.on(name, listener),
    info: () => ask('info', []),
    echo: (text: string) => counted('echo', [text]),
    get: (key: string) => counted('get', [key]),
    mget: (keys: readonly string[]) => counted('mget', keys),
    set: (key: string, value: string) => counted('set', [key], value),
    unlink: (...keys: string[]) => ask('unlink', keys),
    disconnect() {
      isClosed = true;
      stream.destroy();
    },
  };

  return (_url, options) => {
    retryStrategy = options.retryStrategy ?? retryStrategy;
    for (const { kind, from } of redisFaults) if (kind === 'gone') clock.after(from, () => stream.destroy());
    stream.destroy();
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
    stream = socket(lost);
    if (kind === 'gone' || kind === 'frozen') {
      events.emit('error', Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }));
      return stream.destroy();
    }
    lastReplyAt = 0;
    stream.on('data', decode);
    journal.note('redis', () => 'connected');
    events.emit('connect');
    events.emit('ready');
  }

  function lost(): void {
    journal.note('redis', () => 'lost');
    for (const { reject } of commandQueue.splice(0)) reject(new Error('Connection is closed.'));
    events.emit('close');
    if (!isClosed) clock.after(Number(retryStrategy(1)), connect);
  }

  function counted(name: string, keys: readonly string[], value?: string): Promise<Reply> {
    if (stream.destroyed) return ask(name, keys, value);
    const oldest = commandQueue.find(({ isCounted }) => isCounted);
    rules.commanded(oldest ? clock.now() - oldest.askedAt : 0);
    return ask(name, keys, value);
  }

  function ask(name: string, keys: readonly string[], value?: string): Promise<Reply> {
    if (stream.destroyed) return Promise.reject(new Error("Stream isn't writeable"));
    // Replies must come in the order of their commands. Timers for the same instant would run in a random order.
    lastReplyAt = Math.max(lastReplyAt + 0.001, replyAt());
    const waitMs = lastReplyAt - clock.now();
    const connection = stream;
    const { promise, resolve, reject } = Promise.withResolvers<Reply>();
    const asked = { askedAt: clock.now(), isCounted: !UNCOUNTED.has(name), resolve, reject };
    commandQueue.push(asked);
    clock.after(waitMs, () => {
      connection.receive(reply(name, keys, value));
      if (faultNow()?.kind === 'chatty' && roll.chance(0.2)) chat(connection);
    });
    return promise;
  }

  /** Sends a reply that no command asked for. */
  function chat(connection: SimulatedSocket): void {
    clock.after(roll.one([0, 1, 20]), () => connection.receive(roll.one([null, 'OK', 'X'])));
  }

  function replyAt(): number {
    const fault = faultNow();
    const now = clock.now();
    if (fault?.kind === 'frozen') return startedAt + fault.to;
    return now + (fault?.kind === 'slow' ? roll.between(10, 300) : roll.between(0.1, 2));
  }

  function decode(chunk: Buffer): void {
    const asked = commandQueue.shift();
    const meaning = stream.meaningOf(chunk);
    if (!asked) journal.violated('a reply that no one asked for stays outside', String(meaning));
    else if (meaning instanceof Error) asked.reject(meaning);
    else asked.resolve(meaning);
  }

  /** The part of a socket that `redisConnection` uses. It keeps the meaning of each chunk, so that the client need not parse it. */
  function socket(onClose: () => void) {
    const meanings = new WeakMap<Buffer, Reply>();
    const emitter = new EventEmitter();
    return Object.assign(emitter, {
      destroyed: false,
      cork() {},
      uncork() {},
      meaningOf: (chunk: Buffer) => meanings.get(chunk) ?? null,
      destroy() {
        if (this.destroyed) return;
        this.destroyed = true;
        clock.soon(onClose);
      },
      receive(meaning: Reply) {
        const bytes = frameOf(meaning);
        meanings.set(bytes, meaning);
        if (!this.destroyed) emitter.emit('data', bytes);
      },
    });
  }
}

type SimulatedSocket = EventEmitter & { receive(meaning: Reply): void };
