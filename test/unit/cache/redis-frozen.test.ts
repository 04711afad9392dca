import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { requestCounter } from '../../../src/cache/request-counter.ts';
import { settled } from '../../support/fake-clock.ts';
import { redisServer, skipWithoutRedis } from '../../support/redis-server.ts';
import { until } from '../../support/until.ts';
import { connectedRedisStore, startRedisStore } from './redis-under-test.ts';

const skip = skipWithoutRedis;

test('a frozen Redis costs one command 50 ms and no more', { skip }, async (t) => {
  const { store, server, world } = await start(t);
  server.freeze();
  let isOver = false;
  const found = Promise.resolve(store.get('hello')).finally(() => {
    isOver = true;
  });

  await world.clock.advance(49);
  await settled();
  const before = isOver;
  await world.clock.advance(1);

  assert.equal(before, false);
  assert.equal(await found, undefined);
});

test('a frozen Redis slows down what is under way and then nothing', { skip }, async (t) => {
  const { store, server, world, connection, outcomes } = await start(t);
  server.freeze();
  const slow = ['a', 'b', 'c'].map((text) => store.get(text));
  await world.clock.advance(50);
  await Promise.all(slow);

  const found = Array.from({ length: 100 }, () => store.get('hello'));

  assert.deepEqual(found, Array(100).fill(undefined));
  assert.deepEqual(outcomes(), [...Array(3).fill('get timeout'), ...Array(100).fill('get skipped')]);
  assert.equal(connection.status().overdue, 3);
});

test('with a rate limit, too, a frozen Redis costs a request 50 ms and no more', { skip }, async (t) => {
  const { store, server, world, connection } = await start(t);
  const counter = requestCounter(world.clock, { perMinute: 1, redis: connection });
  server.freeze();
  let isOver = false;
  const request = async () => {
    await counter.count('client');
    await store.get('hello');
    isOver = true;
  };

  const answered = request();
  await world.clock.advance(50);
  await settled();

  assert.equal(isOver, true);
  await answered;
});

test('a connection on which an awaited reply does not come for 2 s is closed', { skip }, async (t) => {
  const { store, server, world, connection } = await start(t);
  server.freeze();
  store.get('hello');

  await world.clock.advance(1999);
  const before = connection.status();
  await world.clock.advance(1);
  await settled();

  assert.deepEqual([before.isUp, before.overdue], [true, 1]);
  assert.deepEqual(world.told('redis-connection').at(-1), {
    ...{ type: 'redis-connection', isUp: false, trouble: 'no_answer' },
  });
});

test('a Redis that accepts a connection and does not answer is given up after 2 s', { skip }, async (t) => {
  const server = await redisServer(t);
  server.freeze();
  const { world, connection } = startRedisStore(server.clients, server.url);
  // The greeting is awaited from the moment that the system of the frozen server accepts the connection.
  await until(t, () => world.clock.timers() > 0);

  await world.clock.advance(2000);
  await settled();

  assert.equal(connection.status().trouble, 'no_answer');
  assert.equal(connection.status().isUp, false);
});

test('a slow Redis slows three calls down and is then left alone', { skip }, async (t) => {
  const { store, connection, slowGet, outcomes } = await start(t);
  for (let i = 0; i < 3; i++) await slowGet();

  const found = Array.from({ length: 100 }, () => store.get('hello'));

  assert.deepEqual(found, Array(100).fill(undefined));
  assert.deepEqual(outcomes(), [...Array(3).fill('get timeout'), ...Array(100).fill('get skipped')]);
  assert.deepEqual(connection.status(), { ...UP, breaker: 'open' });
});

test('as long as it is slow, one call at a time finds out, each after a longer while', {
  skip,
}, async (t) => {
  const { store, world, slowGet, outcomes } = await start(t);
  world.clock.setRandom(0);
  for (let i = 0; i < 3; i++) await slowGet();

  await world.clock.advance(499);
  store.get('too early');
  await world.clock.advance(1);
  await slowGet('hello', () => store.get('beside the probe'));
  await world.clock.advance(999);
  store.get('too early again');

  assert.deepEqual(outcomes().slice(3), ['get skipped', 'get skipped', 'get timeout', 'get skipped']);
});

test('once it is fast again, the next probe brings it back', { skip }, async (t) => {
  const { store, world, connection, slowGet, outcomes } = await start(t);
  store.set('hello', 'HELLO');
  await store.get('hello');
  for (let i = 0; i < 3; i++) await slowGet();

  await world.clock.advance(2000);
  const found = await store.get('hello');

  assert.equal(found, 'HELLO');
  assert.deepEqual(connection.status(), UP);
  assert.deepEqual(outcomes().slice(-1), ['get success']);
});

test('what arrives late answers nobody else', { skip }, async (t) => {
  const { store, slowGet } = await start(t);
  store.set('one', 'ONE');
  store.set('two', 'TWO');
  await store.get('two');

  await slowGet('one');
  const found = await store.get('two');

  assert.equal(found, 'TWO');
});

test('a long text that arrives late does not cost the connection', { skip }, async (t) => {
  const { store, world, slowGet } = await start(t);
  const long = 'x'.repeat(250_000);
  store.set(long, long.toUpperCase());
  store.set('short', 'SHORT');
  await store.get('short');

  await slowGet(long);
  const found = await store.get('short');

  assert.equal(found, 'SHORT');
  assert.deepEqual(world.told('redis-connection').length, 1);
});

test('one that stays frozen is given up, and found again when it thaws', { skip }, async (t) => {
  const { store, server, world, connection } = await start(t);
  server.freeze();
  store.get('hello');
  await world.clock.advance(2000);
  await until(t, () => connection.status().trouble === 'no_answer');

  server.thaw();
  await until(t, () => connection.status().isUp);

  assert.deepEqual(connection.status(), UP);
});

test('set waits for nobody', { skip }, async (t) => {
  const { store, server, world, outcomes } = await start(t);
  server.freeze();

  const isKept = store.set('hello', 'HELLO');
  await world.clock.advance(50);
  await settled();

  assert.equal(isKept, true);
  assert.deepEqual(outcomes(), ['set timeout']);
});

test('a reply in time leaves no timer', { skip }, async (t) => {
  const { store, world } = await start(t);

  await store.get('hello');

  assert.equal(world.clock.timers(), 0);
});

async function start(t: TestContext) {
  const server = await redisServer(t);
  const redis = await connectedRedisStore(server.clients, server.url);
  return {
    server,
    ...redis,
    /** A get that takes all the time it may, and whose reply then comes; `meanwhile` runs while it waits. */
    async slowGet(text = 'hello', meanwhile = () => {}) {
      server.freeze();
      const found = redis.store.get(text);
      meanwhile();
      await redis.world.clock.advance(50);
      server.thaw();
      await until(t, () => redis.connection.status().overdue === 0);
      return found;
    },
  };
}

const UP = { isUp: true, trouble: undefined, breaker: 'closed', overdue: 0 };
