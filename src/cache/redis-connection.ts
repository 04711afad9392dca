import { Breaker, type BreakerOptions } from '../core/breaker.ts';
import { afterReading } from '../core/clock.ts';
import type { BreakerState, RedisOperation, RedisOutcome, World } from '../core/events.ts';
import { type ConnectRedis, type LinkOptions, type RedisClient, redisLink } from './redis-link.ts';
import { isReplyError } from './redis-trouble.ts';

export interface RedisOptions extends Pick<LinkOptions, 'url' | 'ca' | 'lookup'> {
  /** How long one command can take before it counts as failed. */
  readonly timeoutMs: number;
  /** `BREAKER` by default. */
  readonly breaker?: Omit<BreakerOptions, 'onChange'>;
}

export const BREAKER = { failures: 3, spanMs: 0, probes: 1, leastOpenMs: 500, mostOpenMs: 2000 };

/** A command. It is sent at the end of this turn of the event loop. Until then, more keys or counts can be added to it. */
export interface Command<T> {
  readonly op: RedisOperation;
  readonly keys: readonly string[];
  maxReplyBytes(): number;
  send(redis: RedisClient): Promise<unknown>;
  /** The value of the reply, or `undefined` if this command cannot have such a reply. */
  reads(reply: unknown): T | undefined;
}

export type RedisConnection = ReturnType<typeof redisConnection>;

/**
 * A connection to a Redis that can be slow, gone or wrong. No caller waits longer than the time limit of one command. Without a
 * connection, while the breaker is open, or while a reply is overdue, no command is sent and no caller waits at all.
 */
export function redisConnection(options: RedisOptions, world: World, connect?: ConnectRedis) {
  const { clock, emit } = world;
  const onChange = (state: BreakerState) => {
    if (state === 'open') link.hinders('slow');
  };
  const breaker = new Breaker({ ...(options.breaker ?? BREAKER), onChange }, { clock });
  const link = redisLink({ ...options, onUp, onOversized }, world, connect);
  /** The commands that are sent at the end of this turn. */
  const unsent: (() => void)[] = [];
  const askedFor = new Set<readonly string[]>();
  let oversized: string[] = [];
  /** The number of overdue replies. Redis answers in order, so the reply to a new command would be late, too. */
  let overdue = 0;
  let doubts = 0;

  return {
    run,
    /** Call it with an error reply that does not make its command fail. */
    refused(error: Error, op: RedisOperation): void {
      if (isReplyError(error)) link.refused(error, op);
    },
    /** Call it after a wrong value. Checks whether replies still belong to their commands. If not, cuts the connection. */
    doubt(): void {
      link.hinders('wrong_value', 'get');
      const key = `tuohs:v1:echo:${++doubts}`;
      run({
        op: 'echo',
        keys: [key],
        maxReplyBytes: () => 64,
        send: (redis) => redis.echo(key),
        reads: (reply) => (reply === key ? key : undefined),
      });
    },
    status: () => ({ ...link.state(), breaker: breaker.state, overdue }),
    close: link.close,
  };

  /** Sends a command. The reply is `undefined` after an error or a timeout, or if Redis could not be asked. Never rejects. */
  function run<T>(command: Command<T>): Promise<T | undefined> | undefined {
    if (link.state().isUp && overdue === 0 && breaker.enter())
      return new Promise((resolve) => atEndOfTurn(() => send(command, resolve)));
    emit({ type: 'redis-operation', op: command.op, outcome: 'skipped', durationMs: 0 });
    return undefined;
  }

  /** Sends all commands of a turn in one write, because a write costs more than a command. */
  function atEndOfTurn(sendOne: () => void): void {
    if (unsent.push(sendOne) > 1) return;
    clock.soon(() => {
      const { stream } = link.redis;
      stream.cork();
      for (const each of unsent.splice(0)) each();
      stream.uncork();
    });
  }

  function send<T>(command: Command<T>, resolve: (reply: T | undefined) => void): void {
    const { op, keys } = command;
    const startedAt = clock.now();
    const settle = link.expect(command.maxReplyBytes());
    const cancel = afterReading(clock, options.timeoutMs, () => {
      overdue++;
      end('timeout', undefined);
    });
    let isOver = false;
    askedFor.add(keys);
    // A reply is awaited even after the timeout, because its bytes can still arrive.
    command.send(link.redis).then(
      (reply) => arrived(...outcomeOf(op, command.reads(reply))),
      (error) => arrived(outcomeOfError(op, error), undefined),
    );

    function arrived(outcome: RedisOutcome, reply: T | undefined): void {
      askedFor.delete(keys);
      settle();
      if (isOver) overdue--;
      else end(outcome, reply);
    }

    function end(outcome: RedisOutcome, reply: T | undefined): void {
      isOver = true;
      cancel();
      // For the breaker, an error reply is a success, because Redis does answer, even if it is full or read-only.
      breaker.report(outcome === 'timeout' ? 'failure' : 'success');
      emit({ type: 'redis-operation', op, outcome, durationMs: clock.now() - startedAt });
      resolve(reply);
    }
  }

  /** A reply that does not fit its command belongs to another command. Then no reply on this connection can be trusted. */
  function outcomeOf<T>(op: RedisOperation, reply: T | undefined): [RedisOutcome, T | undefined] {
    if (reply === undefined) {
      link.cut('protocol');
      return ['error', undefined];
    }
    link.succeeded(op);
    return ['success', reply];
  }

  /** An error that is not a reply means that the connection was lost. */
  function outcomeOfError(op: RedisOperation, error: unknown): RedisOutcome {
    if (!isReplyError(error)) return 'timeout';
    link.refused(error, op);
    return 'error';
  }

  function onUp(): void {
    // One of the keys that were asked for holds an oversized value, which would cut the connection again.
    if (oversized.length > 0) link.redis.unlink(...oversized).catch(() => {});
    oversized = [];
    breaker.report('success');
  }

  function onOversized(): void {
    oversized = [...askedFor].flat();
  }
}
