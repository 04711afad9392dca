import { type TestContext, test } from 'node:test';
import { Redis } from 'ioredis';
import { type RedisConnection, redisConnection } from '../../../src/cache/redis-connection.ts';
import { redisStore } from '../../../src/cache/redis-store.ts';
import type { Event } from '../../../src/core/events.ts';
import type { Store } from '../../../src/core/shouter.ts';
import { verifiedUpperCase } from '../../../src/core/upper-case.ts';
import type { Ending } from '../../support/process.ts';
import { type RedisServer, redisServer, skipWithoutRedis } from '../../support/redis-server.ts';
import { type TestWorld, testWorld } from '../../support/world.ts';

export interface RedisUnderTest {
  readonly world: TestWorld;
  readonly connection: RedisConnection;
  /** The client below the connection, to break it. */
  readonly client: Redis;
  readonly store: Store;
  /** Resolves when the connection is up, or down. */
  becomes(state: 'up' | 'down'): Promise<void>;
  /** The outcomes of the commands since the last call of this. */
  outcomes(): string[];
}

/**
 * A connection with the numbers of the real one, except the pause before it connects again, on a clock that stands still,
 * and a store on it.
 */
export function startRedisStore(ending: Ending, url: string, ca?: string): RedisUnderTest {
  const recorded = testWorld();
  const listeners = new Set<() => void>();
  const world: TestWorld = {
    ...recorded,
    emit(event: Event) {
      recorded.emit(event);
      for (const listen of listeners) listen();
    },
  };
  const breaker = { failures: 3, spanMs: 0, probes: 1, leastOpenMs: 500, mostOpenMs: 2000 };
  let client = new Redis({ lazyConnect: true });
  const connection = redisConnection({ url, ca, timeoutMs: 50, breaker }, world, (address, how) => {
    client = new Redis(address, { ...how, retryStrategy: () => 20 });
    return client;
  });
  ending.after(async () => connection.close());
  let seen = 0;

  return {
    world,
    connection,
    client,
    store: redisStore(connection, { ttlDays: 30, verify: verifiedUpperCase }, world),
    becomes: (state) =>
      new Promise((resolve) => {
        const look = () => {
          const last = world.told('redis-connection').at(-1);
          if (last?.isUp !== (state === 'up')) return;
          listeners.delete(look);
          resolve();
        };
        listeners.add(look);
        look();
      }),
    outcomes() {
      const operations = world.told('redis-operation').slice(seen);
      seen += operations.length;
      return operations.map(({ op, outcome }) => `${op} ${outcome}`);
    },
  };
}

/** A connected one on a real server. */
export type ServedRedis = RedisUnderTest & {
  readonly server: RedisServer;
  /** A client of the server for the test itself. */
  readonly control: RedisServer['control'];
};

/** A test with a real server of its own; skipped if there is none. */
export function redisTest(
  name: string,
  run: (redis: ServedRedis, t: TestContext) => Promise<void>,
  more: readonly string[] = [],
): void {
  test(name, { skip: skipWithoutRedis }, async (t) => {
    const server = await redisServer(t, { more });
    const { control } = server;
    await run({ server, control, ...(await connectedRedisStore(server.clients, server.url)) }, t);
  });
}

/** The same, connected. */
export async function connectedRedisStore(ending: Ending, url: string): Promise<RedisUnderTest> {
  const redis = startRedisStore(ending, url);
  await redis.becomes('up');
  return redis;
}
