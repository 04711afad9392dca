import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requestCounter } from '../../../src/cache/request-counter.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { type RedisServer, redisServer, skipWithoutRedis } from '../../support/redis-server.ts';
import { connectedRedisStore } from './redis-under-test.ts';

const skip = skipWithoutRedis;

test('each client is counted by itself', async () => {
  const counter = requestCounter(fakeClock(), { perMinute: 1 });

  await counter.count('a');
  await counter.count('a');
  await counter.count('b');

  assert.equal((await counter.count('a')).current, 3);
  assert.equal((await counter.count('b')).current, 2);
});

test('the count begins anew with the minute of the clock', async () => {
  const clock = fakeClock();
  const counter = requestCounter(clock, { perMinute: 1 });
  await clock.advance(59_999);
  const last = await counter.count('a');

  await clock.advance(1);
  const first = await counter.count('a');

  assert.deepEqual(last, { current: 1, leftMs: 1 });
  assert.deepEqual(first, { current: 1, leftMs: 60_000 });
});

test('only so many clients are remembered, and the quietest forgotten first', async () => {
  const counter = requestCounter(fakeClock(), { perMinute: 1 });
  await counter.count('quiet');
  await counter.count('loud');

  for (let i = 0; i < 99_999; i++) await counter.count(`${i}`);

  assert.equal((await counter.count('loud')).current, 2);
  assert.equal((await counter.count('quiet')).current, 1);
});

test('two processes with one Redis count together', { skip }, async (t) => {
  const server = await redisServer(t);
  const [one, other] = [await startCounter(server), await startCounter(server)];

  await one.counter.count('a');
  await other.counter.count('a');
  await other.counter.count('b');

  assert.equal((await one.counter.count('a')).current, 3);
  assert.equal((await one.counter.count('b')).current, 2);
});

test('requests of one moment are one command, and each has its own place', { skip }, async (t) => {
  const server = await redisServer(t);
  const { counter, outcomes } = await startCounter(server);
  await counter.count('a');

  const counts = await Promise.all(['a', 'b', 'a', 'a'].map((client) => counter.count(client)));

  assert.deepEqual(
    counts.map(({ current }) => current),
    [2, 1, 3, 4],
  );
  assert.deepEqual(outcomes(), ['count success', 'count success', 'count success']);
});

test('each minute is counted by itself', { skip }, async (t) => {
  const server = await redisServer(t);
  const { counter, world } = await startCounter(server);
  await counter.count('a');

  await world.clock.advance(60_000);

  assert.equal((await counter.count('a')).current, 1);
});

test('a client far from its quota waits for Redis once, and then only when that count is old', {
  skip,
}, async (t) => {
  const server = await redisServer(t);
  const { counter, world } = await startCounter(server, { perMinute: 100 });
  const other = await startCounter(server, { perMinute: 100 });
  const first = counter.count('a');
  await first;
  await other.counter.count('a');
  await world.clock.advance(1000);

  const second = counter.count('a');
  const current = [(await first).current, (await second).current];
  const third = counter.count('a');

  assert.deepEqual([first instanceof Promise, second instanceof Promise], [true, true]);
  assert.deepEqual([...current, third], [1, 3, { current: 4, leftMs: 59_000 }]);
});

test('a client near its quota waits for Redis each time', { skip }, async (t) => {
  const server = await redisServer(t);
  const { counter } = await startCounter(server, { perMinute: 4 });
  const other = await startCounter(server, { perMinute: 4 });
  await counter.count('a');
  await other.counter.count('a');

  const { current } = await counter.count('a');

  assert.equal(current, 3);
});

test('no address is in any key, and each key goes by itself', { skip }, async (t) => {
  const server = await redisServer(t);
  const { counter } = await startCounter(server);

  await counter.count('203.0.113.7');

  const keys = await server.control.keys('*');
  assert.match(keys.join(), /^tuohs:v1:rate:[\w-]{43}$/);
  const minutesLeft = Math.ceil((await server.control.ttl(keys[0] ?? '')) / 60);
  assert.equal(minutesLeft, 2);
});

test('while Redis is frozen, what was counted here counts', { skip }, async (t) => {
  const server = await redisServer(t);
  const { counter, world } = await startCounter(server);
  await counter.count('a');
  server.freeze();

  const slow = counter.count('a');
  await world.clock.advance(50);

  assert.equal((await slow).current, 2);
});

test('once Redis is known to be frozen, counting takes no time', { skip }, async (t) => {
  const server = await redisServer(t);
  const { counter, world, outcomes } = await startCounter(server);
  server.freeze();
  const slow = ['a', 'b', 'c'].map((client) => counter.count(client));
  await world.clock.advance(50);
  await Promise.all(slow);

  const { current } = await counter.count('a');

  assert.equal(current, 2);
  assert.deepEqual(outcomes(), ['count timeout', 'count timeout', 'count timeout', 'count skipped']);
});

test('when Redis is gone, what was counted here counts', { skip }, async (t) => {
  const server = await redisServer(t);
  const { counter, becomes } = await startCounter(server);
  await counter.count('a');
  await server.kill();
  await becomes('down');

  const { current } = await counter.count('a');

  assert.equal(current, 2);
});

test('a Redis that forgot gives nobody a fresh quota here', { skip }, async (t) => {
  const server = await redisServer(t);
  const { counter } = await startCounter(server);
  await counter.count('a');
  await server.control.flushall();

  const { current } = await counter.count('a');

  assert.equal(current, 2);
});

test('another type under our key is no count', { skip }, async (t) => {
  const server = await redisServer(t);
  const { counter } = await startCounter(server);
  await counter.count('a');
  const [key = ''] = await server.control.keys('*');
  await server.control.del(key);
  await server.control.rpush(key, '1000');

  const { current } = await counter.count('a');

  assert.equal(current, 2);
});

async function startCounter({ url, clients }: RedisServer, { perMinute = 1 } = {}) {
  const redis = await connectedRedisStore(clients, url);
  const counter = requestCounter(redis.world.clock, { perMinute, redis: redis.connection });
  return { ...redis, counter };
}
