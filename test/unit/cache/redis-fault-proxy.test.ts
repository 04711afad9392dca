import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { requestCounter } from '../../../src/cache/request-counter.ts';
import { seededRandom } from '../../chaos/tools/seeded-random.ts';
import { fakeRedis } from '../../support/fake-redis.ts';
import { redisFaultProxy } from '../../support/redis-fault-proxy.ts';
import { until } from '../../support/until.ts';
import { connectedRedisStore, type RedisUnderTest } from './redis-under-test.ts';

const SEEDS = Array.from({ length: 12 }, (_, i) => i + 1);
const ROUNDS = 60;
const TEXTS = Array.from({ length: 20 }, (_, i) => `text ${i}`);

describe('whatever a proxy does to replies', { concurrency: SEEDS.length }, () => {
  for (const seed of SEEDS) {
    test(`no value is wrong, and Redis is used again once it behaves (seed ${seed})`, async (t) => {
      const { proxy, redis, round } = await start(t, seed);

      const wrong: string[] = [];
      for (let i = 0; i < ROUNDS; i++) wrong.push(...(await round(i)));
      proxy.behave();
      await isUsedAgain(t, redis);

      assert.deepEqual(wrong, []);
      assert.ok(faultsOf(proxy) > 0);
    });
  }
});

async function start(t: TestContext, seed: number) {
  const { port } = await fakeRedis(t);
  const options = { targetPort: port, random: seededRandom(seed), share: 0.1, mostDelayMs: 5 };
  const proxy = await redisFaultProxy(options);
  t.after(() => proxy.close());
  const redis = await connectedRedisStore(
    { after: (end) => t.after(end) },
    `redis://127.0.0.1:${proxy.port}`,
  );
  const { store, world, connection } = redis;
  const counter = requestCounter(world.clock, connection);

  return {
    proxy,
    redis,
    /** Reads, writes and counts, as requests do; resolves with what is wrong. */
    async round(number: number): Promise<string[]> {
      for (const text of TEXTS.slice(0, number % 7)) store.set(text, text.toUpperCase());
      const asked = TEXTS.slice(number % 5, (number % 5) + 1 + (number % 9));
      const reads = Promise.all(asked.map((text) => store.get(text)));
      const count = counter.count('client');
      for (let i = 0; i < 10; i++) await world.clock.advance(10);
      const { current } = await count;
      const found = await reads;
      return [
        ...found.filter((shout, i) => shout !== undefined && shout !== asked[i]?.toUpperCase()).map(String),
        ...(Number.isSafeInteger(current) && current > 0 ? [] : [`count ${current}`]),
      ];
    },
  };
}

/** Resolves when a known text is read from Redis; time passes for its breaker alone. */
async function isUsedAgain(t: TestContext, { connection, store, world }: RedisUnderTest): Promise<void> {
  for (let found: string | undefined; found === undefined; ) {
    await until(t, () => connection.status().isUp && connection.status().overdue === 0);
    await world.clock.advance(2500);
    store.set('known', 'KNOWN');
    found = await store.get('known');
  }
}

function faultsOf({ faults }: { faults: ReadonlyMap<string, number> }): number {
  return [...faults.values()].reduce((sum, count) => sum + count, 0);
}
