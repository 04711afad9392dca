import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { settled } from '../../support/fake-clock.ts';
import { soFar } from '../../support/layer.ts';
import { until } from '../../support/until.ts';
import { redisTest, type ServedRedis, serverTest, startRedisStore } from './redis-under-test.ts';

const SLOW = { isUp: true, trouble: 'slow', breaker: 'closed', overdue: 0 };
const UP = { isUp: true, trouble: undefined, breaker: 'closed', overdue: 0 };

redisTest('a frozen Redis costs the commands under way 50 ms, and later ones nothing', async (redis) => {
  const { store, server, world, connection, outcomes } = redis;
  server.freeze();
  const slow = Promise.resolve(store.get('a'));
  const isKept = store.set('b', 'B');
  await world.clock.advance(49);
  const before = await soFar(slow);
  await world.clock.advance(1);

  const found = store.get('hello');

  assert.deepEqual([before, isKept, await slow, found], ['waits', true, undefined, undefined]);
  assert.deepEqual(outcomes(), ['get timeout', 'set timeout', 'get skipped']);
  // The breaker is still closed, so the get was skipped only because replies are overdue.
  assert.deepEqual(connection.status(), { ...UP, overdue: 2 });
});

redisTest('a reply that came within 50 ms is used, although it is read after that', async (redis, t) => {
  const { store, server, world } = redis;
  store.set('hello', 'HELLO');
  await store.get('hello');
  server.freeze();
  const found = store.get('hello');
  await settled();

  t.mock.method(world.clock, 'soon', () => () => {});
  await world.clock.advance(50);
  server.thaw();

  assert.equal(await found, 'HELLO');
});

redisTest('a connection without an awaited reply for 2 s is closed, and comes back', async (redis, t) => {
  const { store, server, world, connection, changes } = redis;
  server.freeze();
  for (const text of ['a', 'b', 'c']) store.set(text, text.toUpperCase());

  await world.clock.advance(1999);
  const before = connection.status();
  await world.clock.advance(1);
  await until(t, () => connection.status().trouble === 'no_answer');
  server.thaw();
  await until(t, () => connection.status().isUp);

  assert.deepEqual(before, { ...SLOW, breaker: 'open', overdue: 3 });
  assert.deepEqual(changes(), ['up', 'up: slow', 'down: no_answer', 'up']);
  assert.deepEqual(connection.status(), UP);
});

serverTest('a connection that Redis accepts and does not answer is closed after 2 s', async (server, t) => {
  server.freeze();
  const { world, changes } = startRedisStore(t, server.url, server);
  // The wait for the greeting begins when the operating system of the frozen server accepts the connection.
  await until(t, () => world.clock.timers() > 0);

  await world.clock.advance(2000);
  await settled();

  assert.deepEqual(changes(), ['down: no_answer']);
});

redisTest('a slow Redis delays three calls, and then gets probes at growing intervals', async (redis, t) => {
  const { store, world, connection, outcomes } = redis;
  world.clock.setRandom(0);
  for (let i = 0; i < 3; i++) await slowGet(redis, t);
  const status = connection.status();

  for (const openMs of [500, 1000, 2000, 2000]) {
    await world.clock.advance(openMs - 1);
    store.get('too early');
    await world.clock.advance(1);
    await slowGet(redis, t, 'hello', { meanwhile: () => store.set('beside the probe', '') });
  }

  assert.deepEqual(status, { ...SLOW, breaker: 'open' });
  assert.deepEqual(outcomes(), [
    ...Array(3).fill('get timeout'),
    ...Array(4).fill(['get skipped', 'set skipped', 'get timeout']).flat(),
  ]);
});

redisTest('once Redis is fast, a probe brings it back; 10 s later it is reported', async (redis, t) => {
  const { store, world, connection, outcomes, changes } = redis;
  store.set('hello', 'HELLO');
  await store.get('hello');
  // While a reply is overdue, a probe that is due is not sent. It is sent later instead.
  for (const lateMs of [0, 0, 700]) await slowGet(redis, t, 'hello', { lateMs });

  await world.clock.advance(2000);
  const found = await store.get('hello');

  assert.equal(found, 'HELLO');
  assert.deepEqual(connection.status(), SLOW);
  assert.deepEqual(outcomes().slice(-1), ['get success']);
  await world.clock.advance(8000);
  await store.get('hello');
  assert.deepEqual(changes(), ['up', 'up: slow', 'up']);
  assert.equal(world.clock.timers(), 0);
});

redisTest('a long text that arrives late answers no other text', async (redis, t) => {
  const { store, changes } = redis;
  const long = 'x'.repeat(250_000);
  store.set(long, long.toUpperCase());
  store.set('short', 'SHORT');
  await store.get('short');

  await slowGet(redis, t, long);

  assert.equal(await store.get('short'), 'SHORT');
  assert.deepEqual(changes(), ['up']);
});

/**
 * Makes a get time out, and runs `meanwhile` before the time-out. The reply comes `lateMs` after the time-out. If `lateMs` is above
 * 0, another get is tried before the reply.
 */
async function slowGet(
  { server, store, world, connection }: ServedRedis,
  t: TestContext,
  text = 'hello',
  { lateMs = 0, meanwhile = (): unknown => undefined } = {},
): Promise<void> {
  server.freeze();
  const found = store.get(text);
  meanwhile();
  await world.clock.advance(50 + lateMs);
  if (lateMs > 0) store.get(text);
  server.thaw();
  await until(t, () => connection.status().overdue === 0);
  assert.equal(await found, undefined);
}
