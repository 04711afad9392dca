import { lookup as dns } from 'node:dns';
import { type TestContext, test } from 'node:test';
import { Redis } from 'ioredis';
import { redisConnection } from '../../../src/cache/redis-connection.ts';
import { redisStore } from '../../../src/cache/redis-store.ts';
import type { Lookup } from '../../../src/core/shared-lookup.ts';
import { verifiedUpperCase } from '../../../src/core/upper-case.ts';
import type { Ending } from '../../support/process.ts';
import {
  type RedisOptions,
  type RedisServer,
  redisServer,
  skipWithoutRedis,
} from '../../support/redis-server.ts';
import { until } from '../../support/until.ts';
import { testWorld } from '../../support/world.ts';

export type RedisUnderTest = ReturnType<typeof startRedisStore>;

export interface Place {
  /** What the connection belongs to: it is closed when this ends. The default is the test. */
  readonly clients?: Ending;
  readonly ca?: string | undefined;
  readonly lookup?: Lookup;
}

/**
 * A connection and a store, on a clock that stands still. Only the pause before a reconnect is shorter than in production.
 */
export function startRedisStore(t: TestContext, url: string, { clients = t, ca, lookup = dns }: Place = {}) {
  const world = testWorld();
  let client = new Redis({ lazyConnect: true });
  let reconnectMs: (() => unknown) | undefined;
  const connection = redisConnection({ url, ca, lookup, timeoutMs: 50 }, world, (address, how) => {
    reconnectMs = () => how.retryStrategy?.(1);
    client = new Redis(address, { ...how, retryStrategy: () => 20 });
    return client;
  });
  clients.after(async () => connection.close());
  const reports = () => world.emitted('redis-connection');
  let seen = 0;

  return {
    ...{ world, connection },
    /** The pause that the real client would make before it connects again. */
    reconnectMs: () => reconnectMs?.(),
    /** The client inside the connection, for tests that break it. */
    client,
    store: redisStore(connection, { ttlDays: 30, verify: verifiedUpperCase }, world),
    /** Resolves when the connection is up, or down. */
    becomes: (state: 'up' | 'down') => until(t, () => reports().at(-1)?.isUp === (state === 'up')),
    /** The reports about the connection so far: `up`, or `down: ` and the reason. */
    changes: () =>
      reports().map(({ isUp, trouble }) => (isUp ? 'up' : 'down') + (trouble ? `: ${trouble}` : '')),
    /** The outcomes of the commands since the last call. */
    outcomes() {
      const operations = world.emitted('redis-operation').slice(seen);
      seen += operations.length;
      return operations.map(({ op, outcome }) => `${op} ${outcome}`);
    },
  };
}

/** As `startRedisStore`, but waits until the connection is up. */
export async function connectedRedisStore(t: TestContext, url: string, place?: Place) {
  const redis = startRedisStore(t, url, place);
  await redis.becomes('up');
  return redis;
}

/** A test with a real server of its own. It is skipped if no redis-server is installed. */
export function serverTest(
  name: string,
  run: (server: RedisServer, t: TestContext) => Promise<void>,
  options: RedisOptions = {},
): void {
  test(name, { skip: skipWithoutRedis }, async (t) => run(await redisServer(t, options), t));
}

/** A connected store on a real server. */
export type ServedRedis = RedisUnderTest & {
  readonly server: RedisServer;
  /** A client of the server, for the test itself. */
  readonly control: RedisServer['control'];
};

/** A test with a store that is connected to a real server of its own. It is skipped if no redis-server is installed. */
export function redisTest(
  name: string,
  run: (redis: ServedRedis, t: TestContext) => Promise<void>,
  options?: RedisOptions,
): void {
  serverTest(
    name,
    async (server, t) => {
      const redis = await connectedRedisStore(t, server.url, server);
      await run({ ...redis, server, control: server.control }, t);
    },
    options,
  );
}
