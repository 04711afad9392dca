import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { settled } from '../../support/fake-clock.ts';
import { redisServer, skipWithoutRedis } from '../../support/redis-server.ts';
import { connectedRedisStore } from './redis-under-test.ts';

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

test('a frozen Redis slows three calls down and then none', { skip }, async (t) => {
  const { store, server, connection, slowGet, outcomes } = await start(t);
  server.freeze();
  for (let i = 0; i < 3; i++) await slowGet();

  const found = Array.from({ length: 100 }, () => store.get('hello'));

  assert.deepEqual(found, Array(100).fill(undefined));
  assert.deepEqual(outcomes(), [...Array(3).fill('get timeout'), ...Array(100).fill('get skipped')]);
  assert.equal(connection.status().breaker, 'open');
});

test('as long as it is frozen, one call at a time finds out, each after a longer while', {
  skip,
}, async (t) => {
  const { store, server, world, slowGet, outcomes } = await start(t);
  world.clock.setRandom(0);
  server.freeze();
  for (let i = 0; i < 3; i++) await slowGet();

  await world.clock.advance(499);
  store.get('too early');
  await world.clock.advance(1);
  const probe = slowGet();
  store.get('beside the probe');
  await probe;
  await world.clock.advance(999);
  store.get('too early again');

  assert.deepEqual(outcomes().slice(3), ['get skipped', 'get skipped', 'get timeout', 'get skipped']);
});

test('once it thaws, the next probe brings it back', { skip }, async (t) => {
  const { store, server, world, connection, slowGet, outcomes } = await start(t);
  store.set('hello', 'HELLO');
  await store.get('hello');
  server.freeze();
  for (let i = 0; i < 3; i++) await slowGet();

  server.thaw();
  await world.clock.advance(2000);
  const found = await store.get('hello');

  assert.equal(found, 'HELLO');
  assert.deepEqual(connection.status(), { isUp: true, breaker: 'closed' });
  assert.deepEqual(outcomes().slice(-1), ['get success']);
});

test('what arrives late answers nobody else', { skip }, async (t) => {
  const { store, server, slowGet } = await start(t);
  store.set('one', 'ONE');
  store.set('two', 'TWO');
  await store.get('two');
  server.freeze();
  await slowGet('one');

  server.thaw();
  const found = await store.get('two');

  assert.equal(found, 'TWO');
});

test('a long text that arrives late does not cost the connection', { skip }, async (t) => {
  const { store, server, world, slowGet } = await start(t);
  const long = 'x'.repeat(250_000);
  store.set(long, long.toUpperCase());
  store.set('short', 'SHORT');
  await store.get('short');
  server.freeze();
  await slowGet(long);

  server.thaw();
  const found = await store.get('short');

  assert.equal(found, 'SHORT');
  assert.deepEqual(world.told('redis-connection').length, 1);
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
    /** A get that takes all the time it may. */
    async slowGet(text = 'hello') {
      const found = redis.store.get(text);
      await redis.world.clock.advance(50);
      return found;
    },
  };
}
