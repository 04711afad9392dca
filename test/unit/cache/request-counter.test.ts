import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requestCounter } from '../../../src/cache/request-counter.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { connectedRedisStore, type RedisUnderTest, redisTest } from './redis-under-test.ts';

const counterOf = ({ world, connection: redis }: RedisUnderTest, perMinute: number) =>
  requestCounter(world.clock, { perMinute, redis });

/** Counts with a quota of one, so that each count waits for Redis. */
const countOf = (redis: RedisUnderTest) => {
  const counter = counterOf(redis, 1);
  return async (client: string) => (await counter.count(client)).current;
};

test('the count starts again with each minute of the clock', async () => {
  const clock = fakeClock();
  const counter = requestCounter(clock, { perMinute: 1 });
  await clock.advance(59_999);
  const last = await counter.count('a');

  await clock.advance(1);
  const first = await counter.count('a');

  assert.deepEqual(last, { current: 1, leftMs: 1 });
  assert.deepEqual(first, { current: 1, leftMs: 60_000 });
});

test('a bounded number of clients is remembered, and the one without a request for longest is forgotten first', async () => {
  const counter = requestCounter(fakeClock(), { perMinute: 1 });
  await counter.count('quiet');
  await counter.count('loud');

  for (let i = 0; i < 99_999; i++) await counter.count(`${i}`);

  assert.equal((await counter.count('loud')).current, 2);
  assert.equal((await counter.count('quiet')).current, 1);
});

redisTest('two processes with one Redis count together, each minute by itself', async (redis) => {
  const { server, world } = redis;
  const count = countOf(redis);
  const other = countOf(await connectedRedisStore(server.clients, server.url));
  await count('a');
  await other('a');
  await other('b');

  const counts = [await count('a'), await count('b')];
  await world.clock.advance(60_000);

  assert.deepEqual([...counts, await count('a')], [3, 2, 1]);
});

redisTest('a client far from its quota waits for Redis only while its count is old', async (redis) => {
  const counter = counterOf(redis, 100);
  const other = counterOf(await connectedRedisStore(redis.server.clients, redis.server.url), 100);
  const first = counter.count('a');
  await first;
  await other.count('a');
  await redis.world.clock.advance(1000);

  const second = counter.count('a');
  const current = [(await first).current, (await second).current];
  const third = counter.count('a');

  assert.deepEqual([first instanceof Promise, second instanceof Promise], [true, true]);
  assert.deepEqual([...current, third], [1, 3, { current: 4, leftMs: 59_000 }]);
});

redisTest('a client near its quota waits for Redis each time', async (redis) => {
  const counter = counterOf(redis, 4);
  const other = counterOf(await connectedRedisStore(redis.server.clients, redis.server.url), 4);
  await counter.count('a');
  await other.count('a');

  const { current } = await counter.count('a');

  assert.equal(current, 3);
});

redisTest('requests of one turn are one command, and each has its own place', async (redis) => {
  const count = countOf(redis);
  await count('a');

  const counts = await Promise.all(['a', 'b', 'a', 'a'].map(count));

  assert.deepEqual(counts, [2, 1, 3, 4]);
  assert.deepEqual(redis.outcomes(), ['count success', 'count success', 'count success']);
});

redisTest('no key holds an address, and each key expires', async (redis) => {
  const { control } = redis.server;

  await countOf(redis)('203.0.113.7');

  const keys = await control.keys('*');
  assert.match(keys.join(), /^tuohs:v1:rate:[\w-]{43}$/);
  assert.equal(Math.ceil((await control.ttl(keys[0] ?? '')) / 60), 2);
});

redisTest('while Redis is frozen, the count of this process counts, soon at once', async (redis) => {
  const count = countOf(redis);
  await count('a');
  redis.server.freeze();
  const slow = ['a', 'b', 'c'].map(count);
  await redis.world.clock.advance(50);

  assert.deepEqual([await Promise.all(slow), await count('a')], [[2, 1, 1], 3]);
  assert.deepEqual(redis.outcomes().slice(1), [...Array(3).fill('count timeout'), 'count skipped']);
});

const CHANGES: Record<string, (redis: Parameters<Parameters<typeof redisTest>[1]>[0]) => Promise<unknown>> = {
  'that is gone': async ({ server, becomes }) => {
    await server.kill();
    await becomes('down');
  },
  'that forgot': ({ server }) => server.control.flushall(),
  'with another type under our key': async ({ control }) => {
    const [key = ''] = await control.keys('*');
    await control.del(key);
    await control.rpush(key, '1000');
  },
};
for (const [what, change] of Object.entries(CHANGES)) {
  redisTest(`a Redis ${what} gives no client a new quota`, async (redis) => {
    const count = countOf(redis);
    await count('a');

    await change(redis);

    assert.equal(await count('a'), 2);
  });
}
