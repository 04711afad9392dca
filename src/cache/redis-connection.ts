import { Breaker, type BreakerOptions } from '../core/breaker.ts';
import { afterReading } from '../core/clock.ts';
import type { RedisOperation, RedisOutcome, RedisTrouble, World } from '../core/events.ts';
import { type Failed, failed } from './failed.ts';
import { type ConnectRedis, type LinkOptions, type RedisClient, redisLink } from './redis-link.ts';
import { isReplyError } from './redis-trouble.ts';
import { RedisTurn } from './redis-turn.ts';

export interface RedisOptions extends Pick<LinkOptions, 'url' | 'ca'> {
  /** How long one command may take. */
  readonly timeoutMs: number;
  readonly breaker: Omit<BreakerOptions, 'onChange'>;
}

export interface Command<T> {
  readonly op: RedisOperation;
  readonly key: string;
  readonly maxReplyBytes: number;
  send(redis: RedisClient, turn: RedisTurn): Promise<unknown>;
  /** What the reply says, or `undefined` if Redis has no such reply to this command. */
  reads(reply: unknown): T | undefined;
}

/** A Redis that may be slow, gone or lying. Whoever asks goes on without it at once, or after one command's time. */
export interface RedisConnection {
  /** The reply; `failed` if Redis gave an error, was not in time, or could not be asked. Never rejects. */
  run<T>(command: Command<T>): Promise<T | Failed> | Failed;
  /** To be called after a wrong value: makes sure that replies still belong to their commands, or connects anew. */
  doubt(): void;
  status(): { isUp: boolean; trouble: RedisTrouble | undefined; breaker: string; overdue: number };
  close(): void;
}

/** Asks for nothing while there is no connection, while the breaker is open, and while a reply is overdue. */
export function redisConnection(
  options: RedisOptions,
  world: World,
  connect?: ConnectRedis,
): RedisConnection {
  const { clock, emit } = world;
  const breaker = new Breaker({ ...options.breaker, onChange: () => {} }, { clock });
  const link = redisLink({ ...options, onUp, onOversized }, world, connect);
  const { redis } = link;
  const turn = new RedisTurn(redis);
  const askedFor = new Set<string>();
  let oversized: string[] = [];
  let isGathering = false;
  /** Redis answers in order, so whatever is sent behind an overdue reply comes too late as well. */
  let overdue = 0;
  let doubts = 0;

  return {
    run,
    doubt() {
      const key = `tuohs:v1:echo:${++doubts}`;
      run({
        op: 'echo',
        key,
        maxReplyBytes: 64,
        send: () => redis.echo(key),
        reads: (reply) => (reply === key ? key : undefined),
      });
    },
    status: () => ({ ...link.state(), breaker: breaker.state, overdue }),
    close: link.close,
  };

  function run<T>(command: Command<T>): Promise<T | Failed> | Failed {
    if (link.state().isUp && overdue === 0 && breaker.enter()) return runNow(command);
    emit({ type: 'redis-operation', op: command.op, outcome: 'skipped', durationMs: 0 });
    return failed;
  }

  function runNow<T>({ op, key, maxReplyBytes, send, reads }: Command<T>): Promise<T | Failed> {
    const { promise, resolve } = Promise.withResolvers<T | Failed>();
    const startedAt = clock.now();
    const { round } = breaker;
    const settle = link.expect(maxReplyBytes);
    const cancel = afterReading(clock, options.timeoutMs, () => {
      overdue++;
      end('timeout', failed);
    });
    let isOver = false;
    askedFor.add(key);
    gather();
    // A late reply is still on its way and takes its room when it comes.
    send(redis, turn).then(
      (reply) => arrived(...outcomeOf(op, reads(reply))),
      (error) => arrived(outcomeOfError(error), failed),
    );
    return promise;

    function arrived(outcome: RedisOutcome, reply: T | Failed): void {
      askedFor.delete(key);
      settle();
      if (isOver) overdue--;
      else end(outcome, reply);
    }

    function end(outcome: RedisOutcome, reply: T | Failed): void {
      isOver = true;
      cancel();
      // An error reply is an answer: Redis is there, though full or read-only.
      breaker.report(outcome === 'timeout' ? 'failure' : 'success', round);
      emit({ type: 'redis-operation', op, outcome, durationMs: clock.now() - startedAt });
      resolve(reply);
    }
  }

  /** A reply that its command cannot have is another command's: nothing on this connection can be trusted. */
  function outcomeOf<T>(op: RedisOperation, reply: T | undefined): [RedisOutcome, T | Failed] {
    if (reply === undefined) {
      link.cut('protocol');
      return ['error', failed];
    }
    if (op === 'set' || op === 'count') link.wrote();
    return ['success', reply];
  }

  /** An error without a reply is a reply that did not come: the connection was lost. */
  function outcomeOfError(error: unknown): RedisOutcome {
    if (!isReplyError(error)) return 'timeout';
    link.refused(error);
    return 'error';
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

  function onUp(): void {
    // One of these holds a value that would cut the connection again.
    if (oversized.length > 0) redis.unlink(...oversized).catch(() => {});
    oversized = [];
    breaker.report('success');
  }

  function onOversized(): void {
    oversized = [...askedFor];
  }
}
