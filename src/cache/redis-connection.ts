import { Redis, type RedisOptions as RedisClientOptions, ReplyError } from 'ioredis';
import { Breaker, type BreakerOptions } from '../core/breaker.ts';
import { afterReading } from '../core/clock.ts';
import type { RedisOperation, RedisOutcome, World } from '../core/events.ts';
import { type Failed, failed } from './failed.ts';
import { RedisTurn } from './redis-turn.ts';
import { ReplyGuard } from './reply-guard.ts';

export interface RedisOptions {
  /** `redis://` or `rediss://`, with credentials and database if need be. */
  readonly url: string;
  /** PEM of the authorities that may have signed the server's certificate; the system's unless given. */
  readonly ca: string | undefined;
  /** How long one command may take. */
  readonly timeoutMs: number;
  readonly breaker: Omit<BreakerOptions, 'onChange'>;
}

/** What is used of the client. The simulation has one without a network. */
export type RedisClient = Pick<
  Redis,
  'disconnect' | 'expire' | 'get' | 'incrby' | 'mget' | 'on' | 'set' | 'stream' | 'unlink'
>;

export type ConnectRedis = (url: string, options: Omit<RedisClientOptions, 'replyMapping'>) => RedisClient;

export interface Command<T> {
  readonly op: RedisOperation;
  readonly key: string;
  readonly maxReplyBytes: number;
  send(redis: RedisClient, turn: RedisTurn): Promise<T>;
}

/** A Redis that may be slow, gone or lying. Whoever asks goes on without it at once, or after one command's time. */
export interface RedisConnection {
  /** The reply; `failed` where Redis gave an error, was not in time, or could not be asked. Never rejects. */
  run<T>(command: Command<T>): Promise<T | Failed> | Failed;
  status(): { isUp: boolean; breaker: string };
  close(): void;
}

const RECONNECT_MS = 1000;
const RECONNECT_JITTER_MS = 250;
const SILENT_SOCKET_MS = 5000;

/** Connects in the background, now and again after each loss; start-up without Redis is normal. */
export function redisConnection(
  options: RedisOptions,
  { clock, emit }: World,
  connect: ConnectRedis = (url, how) => new Redis(url, how),
): RedisConnection {
  const { url, ca, timeoutMs } = options;
  const breaker = new Breaker({ ...options.breaker, onChange: () => {} }, { clock });
  const guard = new ReplyGuard();
  const redis = connect(url, {
    ...(ca !== undefined && { tls: { ca } }),
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    connectTimeout: RECONNECT_MS,
    socketTimeout: SILENT_SOCKET_MS,
    retryStrategy: () => RECONNECT_MS + clock.random() * RECONNECT_JITTER_MS,
  });
  const turn = new RedisTurn(redis);
  let isUp: boolean | undefined;
  let isGathering = false;
  const askedFor = new Set<string>();
  let oversized: string[] = [];
  redis.on('connect', () =>
    guard.watch(redis.stream, () => {
      oversized = [...askedFor];
    }),
  );
  redis.on('ready', () => {
    // One of these holds a value that would cut the connection again.
    if (oversized.length > 0) redis.unlink(...oversized).catch(() => {});
    oversized = [];
    breaker.report('success');
    changed(true);
  });
  redis.on('close', () => changed(false));
  redis.on('error', () => changed(false));

  return {
    run(command) {
      if (isUp && breaker.enter()) return runNow(command);
      emit({ type: 'redis-operation', op: command.op, outcome: 'skipped', durationMs: 0 });
      return failed;
    },
    status: () => ({ isUp: isUp === true, breaker: breaker.state }),
    close: () => redis.disconnect(),
  };

  function runNow<T>({ op, key, maxReplyBytes, send }: Command<T>): Promise<T | Failed> {
    const { promise, resolve } = Promise.withResolvers<T | Failed>();
    const startedAt = clock.now();
    const { round } = breaker;
    const settle = guard.expect(maxReplyBytes);
    const cancel = afterReading(clock, timeoutMs, () => end('timeout', failed));
    let isOver = false;
    askedFor.add(key);
    gather();
    // A late reply is still on its way and takes its room when it comes.
    send(redis, turn).then(
      (reply) => arrived('success', reply),
      (error) => arrived(outcomeOf(error), failed),
    );
    return promise;

    function arrived(outcome: RedisOutcome, reply: T | Failed): void {
      askedFor.delete(key);
      settle();
      end(outcome, reply);
    }

    function end(outcome: RedisOutcome, reply: T | Failed): void {
      if (isOver) return;
      isOver = true;
      cancel();
      // An error reply is an answer: Redis is there, though full or read-only.
      breaker.report(outcome === 'timeout' ? 'failure' : 'success', round);
      emit({ type: 'redis-operation', op, outcome, durationMs: clock.now() - startedAt });
      resolve(reply);
    }
  }

  /** Commands of one turn of the event loop leave in one write: each write costs more than its command. */
  function gather(): void {
    if (isGathering) return;
    isGathering = true;
    const { stream } = redis;
    stream.cork();
    clock.soon(() => {
      isGathering = false;
      turn.end();
      stream.uncork();
    });
  }

  function changed(now: boolean): void {
    if (isUp === now) return;
    isUp = now;
    emit({ type: 'redis-connection', isUp });
  }
}

/** An error without a reply is a reply that did not come: the connection was lost or the time was up. */
function outcomeOf(error: unknown): RedisOutcome {
  return error instanceof ReplyError ? 'error' : 'timeout';
}
