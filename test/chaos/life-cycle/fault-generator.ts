import { seededRandom } from '../../../src/shoutcloud/fault-plan.ts';
import type { RedisServer } from '../../support/redis-server.ts';
import type { RawPeer, Script } from '../tools/raw-peer.ts';
import {
  answerBytes,
  honest,
  later,
  oneOf,
  reset,
  send,
  shouted,
  silence,
  status,
} from '../tools/replies.ts';
import type { TcpProxy } from '../tools/tcp-proxy.ts';

/** What can be broken. */
export interface Victims {
  readonly upstream: RawPeer;
  readonly redis: RedisServer;
  readonly redisProxy: TcpProxy;
}

/** Each of these breaks one thing and gives back what mends it. */
type Fault = (victims: Victims, random: () => number) => Promise<() => unknown> | (() => unknown);

const UPSTREAM_FAULTS: readonly Script[] = [
  silence,
  reset,
  status(500),
  status(503),
  status(400),
  status(301),
  honest(300),
  honest(900),
  (attempt) => send(attempt, 429, '', ['Retry-After: 1']),
  (attempt) => send(attempt, 200, '<html>'),
  (attempt) => send(attempt, 200, shouted({ input: 'of another' })),
  (attempt) => send(attempt, 200, shouted(attempt).toLowerCase()),
  (attempt) => attempt.socket.end(answerBytes(200, shouted(attempt)).subarray(0, -4)),
  (attempt) => later(20, attempt, () => attempt.socket.end(answerBytes(200, shouted(attempt)))),
];

const FAULTS: readonly Fault[] = [
  ...UPSTREAM_FAULTS.map(
    (script): Fault =>
      ({ upstream }, random) => {
        const rate = random();
        upstream.behave(
          oneOf(random, [
            [rate, script],
            [1 - rate, honest(20)],
          ]),
        );
        return () => upstream.behave(honest(20));
      },
  ),
  async ({ upstream }) => {
    await upstream.close();
    return () => upstream.open();
  },
  async ({ redis }) => {
    await redis.control.flushall();
    return () => {};
  },
  async ({ redis }) => {
    await redis.control.replicaof('127.0.0.1', 1);
    return () => redis.control.replicaof('NO', 'ONE');
  },
  // After those that ask Redis for something: one that is gone answers nobody.
  async ({ redis }) => {
    await redis.kill();
    return () => redis.start();
  },
  ({ redis }) => {
    redis.freeze();
    return () => redis.thaw();
  },
  ({ redisProxy }) => {
    redisProxy.cut();
    return () => {};
  },
  ({ redisProxy }, random) => {
    redisProxy.setFaults({ latencyMs: random() * 60 });
    return () => redisProxy.setFaults({});
  },
  ({ redisProxy }) => {
    redisProxy.setFaults({ isFrozen: true });
    return () => {
      redisProxy.setFaults({});
      redisProxy.cut();
    };
  },
];

/** Breaks a random subset of everything, the same one for the same seed; the answer mends it again. */
export function faultGenerator(victims: Victims, seed: number): () => Promise<() => Promise<void>> {
  const random = seededRandom(seed);
  return async () => {
    const menders: (() => unknown)[] = [];
    const chosen = FAULTS.filter(() => random() < 0.15);
    for (const fault of chosen) menders.push(await fault(victims, random));
    return async () => {
      for (const mend of menders.reverse()) await mend();
    };
  };
}
