import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { requestCounter } from '../../../src/cache/request-counter.ts';
import { fakeClock, settled } from '../../support/fake-clock.ts';
import { connectedRedisStore, type RedisUnderTest, redisTest, type ServedRedis } from './redis-under-test.ts';

/** A counter with a quota of `perMinute` on this Redis. With a quota of 1, each count waits for the reply of Redis. */
function counting({ world, connection: redis }: RedisUnderTest, perMinute = 1) {
  const counter = requestCounter(world.clock, { perMinute, redis });
  return { counter, count: async (client: string) => (await counter.count(client)).current };
}

/** A second counter on the same server. It acts as another process. */
async function countingBeside({ server }: ServedRedis, t: TestContext, perMinute = 1) {
  return counting(await connectedRedisStore(t, server.url, server), perMinute);
}

test('a bounded number of clients is remembered, and the one without a request for longest is forgotten first', async () => {
  const counter = requestCounter(fakeClock(), { perMinute: 1 });
  await counter.count('quiet');
  await counter.count('loud');

  for (let i = 0; i < 24_999; i++) await counter.count(`${i}`);

  assert.equal((await counter.count('loud')).current, 2);
  assert.equal((await counter.count('quiet')).current, 1);
});

redisTest('two processes with one Redis count together, each minute by itself', async (redis, t) => {
  const { count } = counting(redis);
  const other = await countingBeside(redis, t);
  await count('a');
  await other.count('a');
  await other.count('b');

  redis.server.freeze();
  const underWay = count('a');
  await settled();
  const later = count('a');
  redis.server.thaw();
  const counts = [await underWay, await later, await count('b')];
  await redis.world.clock.advance(60_000);

  assert.deepEqual([...counts, await count('a')], [3, 4, 2, 1]);
});

redisTest('a client far from its quota waits for Redis only while its count is old', async (redis, t) => {
  const { counter } = counting(redis, 100);
  const other = await countingBeside(redis, t, 100);
  const first = counter.count('a');
  await first;
  await other.count('a');
  await redis.world.clock.advance(1000);

  const second = counter.count('a');
  const current = [(await first).current, (await second).current];
  const timers = redis.world.clock.timers();
  const third = counter.count('a');
  counter.count('a');
  const timersOfTwo = redis.world.clock.timers() - timers;
  await redis.world.clock.advance(10);
  const newcomer = await countingBeside(redis, t);

  assert.deepEqual([first instanceof Promise, second instanceof Promise], [true, true]);
  assert.deepEqual([...current, third], [1, 3, { current: 4, leftMs: 59_000 }]);
  assert.deepEqual([timersOfTwo, await newcomer.count('a')], [1, 6]);
});

redisTest('a client near its quota waits for Redis each time', async (redis, t) => {
  const { count } = counting(redis, 6);
  const other = await countingBeside(redis, t, 6);
  for (const each of [other.count, other.count, count, other.count]) await each('a');

  assert.equal(await count('a'), 5);
});

redisTest('requests that were already counted in Redis are not sent to it again', async (redis) => {
  const { count } = counting(redis, 6);
  // The second request is far from the quota, so its count is not sent at once.
  for (const expected of [1, 2, 3]) assert.equal(await count('a'), expected);

  await redis.world.clock.advance(10);
  await count('b');

  assert.deepEqual(redis.outcomes(), Array(3).fill('count success'));
});

redisTest('requests of one turn are one command, and each gets a count of its own', async (redis) => {
  const { count } = counting(redis);
  await count('a');

  const counts = await Promise.all(['a', 'b', 'a', 'a'].map(count));

  assert.deepEqual(counts, [2, 1, 3, 4]);
  assert.deepEqual(redis.outcomes(), ['count success', 'count success', 'count success']);
});

redisTest('no key holds an address, and each key expires', async (redis) => {
  await counting(redis).count('203.0.113.7');

  const [key = '', ...others] = await redis.control.keys('*');
  assert.deepEqual(others, []);
  assert.match(key, /^tuohs:v1:rate:[\w-]{43}$/);
  assert.equal(Math.ceil((await redis.control.ttl(key)) / 60), 2);
});

redisTest('while Redis is frozen, this process counts by itself, and soon without a wait', async (redis) => {
  const { count } = counting(redis);
  await count('a');
  redis.server.freeze();
  const slow = ['a', 'b', 'c'].map(count);
  await redis.world.clock.advance(50);

  assert.deepEqual([await Promise.all(slow), await count('a')], [[2, 1, 1], 3]);
  assert.deepEqual(redis.outcomes().slice(1), [...Array(3).fill('count timeout'), 'count skipped']);
});

const CHANGES: Readonly<Record<string, (redis: ServedRedis) => Promise<unknown>>> = {
  'that is gone': ({ server, becomes }) => server.kill().then(() => becomes('down')),
  'that forgot': ({ control }) => control.flushall(),
  'with another type under our key': async ({ control }) => {
    const [key = ''] = await control.keys('*');
    await control.del(key);
    await control.rpush(key, '1000');
  },
};
for (const [what, change] of Object.entries(CHANGES)) {
  redisTest(`a Redis ${what} gives no client a new quota`, async (redis) => {
    const { count } = counting(redis);
    await count('a');

    await change(redis);

    assert.equal(await count('a'), 2);
  });
}
