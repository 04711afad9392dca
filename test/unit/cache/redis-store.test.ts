import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { cachedShouter } from '../../../src/upstream/cached-shouter.ts';
import { testCall } from '../../support/call.ts';
import { settled } from '../../support/fake-clock.ts';
import { fakeShouter } from '../../support/fake-shouter.ts';
import { until } from '../../support/until.ts';
import { redisTest } from './redis-under-test.ts';

redisTest('a key is a digest, a value is the upper-cased text for 30 days', async ({ store, control }) => {
  store.set('straße', 'STRAßE');
  await store.get('straße');

  assert.deepEqual(await control.keys('*'), [keyOf('straße')]);
  assert.equal(await control.get(keyOf('straße')), 'STRAßE');
  const daysLeft = Math.ceil((await control.ttl(keyOf('straße'))) / 86_400);
  assert.equal(daysLeft, 30);
});

for (const [what, value] of Object.entries({
  "another text's value": 'WORLD',
  'one character more': 'HELLO!',
  'a value that is not UTF-8': Buffer.from([0x48, 0x45, 0x4c, 0x4c, 0xff]),
})) {
  redisTest(`${what} is a miss, is counted, and is repaired`, async ({ store, control, world }) => {
    await control.set(keyOf('hello'), value);

    const found = await store.get('hello');
    store.set('hello', 'HELLO');

    assert.equal(found, undefined);
    assert.deepEqual(world.emitted('verification-failed'), [
      { type: 'verification-failed', source: 'redis' },
    ]);
    assert.equal(await store.get('hello'), 'HELLO');
  });
}

redisTest('another type under our key is a miss that opens no breaker, and is repaired', async (redis) => {
  const { store, control, connection, outcomes } = redis;
  await control.rpush(keyOf('hello'), 'HELLO');

  for (let i = 0; i < 20; i++) assert.equal(await store.get('hello'), undefined);
  store.set('hello', 'HELLO');

  assert.equal(await store.get('hello'), 'HELLO');
  assert.deepEqual(outcomes(), [...Array(20).fill('get error'), 'set success', 'get success']);
  const status = { isUp: true, trouble: 'wrong_value', breaker: 'closed', overdue: 0 };
  assert.deepEqual(connection.status(), status);
});

redisTest('a huge value is not read whole, and costs one connection and no other value', async (redis, t) => {
  const { server, store, control, world, connection, changes, becomes } = redis;
  store.set('kept', 'KEPT');
  server.freeze();
  store.get('kept');
  await world.clock.advance(50);
  server.thaw();
  await until(t, () => connection.status().overdue === 0);
  await control.setrange(keyOf('hello'), 64 * 1024 * 1024, 'x');
  const before = await sentBytes(control);
  const shouter = cachedShouter(fakeShouter(), store, world);

  for (let i = 0; i < 2; i++) {
    await shouter.shout('hello', testCall());
    await settled();
    await becomes('up');
  }
  await control.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
  await until(t, () => changes().length === 5);
  const kept = await store.get('kept');

  const read = (await sentBytes(control)) - before;
  assert.ok(read < 16 * 1024 * 1024, `${read} bytes were read`);
  assert.deepEqual(changes(), ['up', 'down: oversized_value', 'up', 'down: closed', 'up']);
  assert.deepEqual([kept, await control.strlen(keyOf('hello'))], ['KEPT', 5]);
});

redisTest('a very long text, and many long ones at once, are all read', async ({ store, changes }) => {
  const texts = Array.from({ length: 20 }, (_, i) => `${i} `.padEnd(i === 0 ? 400_000 : 60_000, 'ж'));
  for (const text of texts) store.set(text, text.toUpperCase());

  const first = await store.get(texts[0] ?? '');
  const found = await Promise.all(texts.map((text) => store.get(text)));

  assert.equal(first, found[0]);
  assert.ok(found.every((shout, i) => shout === texts[i]?.toUpperCase()));
  assert.deepEqual(changes(), ['up']);
});

redisTest('texts of one turn are one command, and a bad value among them is a miss', async (redis) => {
  const { store, server, control, outcomes } = redis;
  for (const text of ['a', 'e']) store.set(text, text.toUpperCase());
  await store.get('a');
  await control.rpush(keyOf('b'), 'B');
  await control.set(keyOf('c'), 'X');
  outcomes();

  const found = await Promise.all(['a', 'b', 'c', 'd', 'e'].map((text) => store.get(text)));

  assert.deepEqual(found, ['A', undefined, undefined, undefined, 'E']);
  assert.deepEqual(outcomes(), ['get success']);
  assert.deepEqual([await server.calls('get'), await server.calls('mget')], [1, 1]);
});

redisTest('one command asks for 128 texts at most, and for fewer long ones', async ({ store, server }) => {
  await Promise.all(Array.from({ length: 257 }, (_, i) => store.get(`${i}`)));
  const short = await server.calls('mget');
  await Promise.all(Array.from({ length: 4 }, (_, i) => store.get(`${i}`.padEnd(80_000))));

  assert.deepEqual([short, await server.calls('mget'), await server.calls('get')], [2, 4, 1]);
});

redisTest('a Redis that is full is still read', async ({ store, control, outcomes, connection }) => {
  store.set('hello', 'HELLO');
  await store.get('hello');
  await control.config('SET', 'maxmemory', '1');

  store.set('more', 'MORE');
  const found = await store.get('hello');

  assert.equal(found, 'HELLO');
  assert.deepEqual(outcomes(), ['set success', 'get success', 'set error', 'get success']);
  assert.equal(connection.status().breaker, 'closed');
});

function keyOf(text: string): string {
  return `tuohs:v1:${hash('sha256', text, 'base64url')}`;
}

/** The bytes that Redis has sent so far, to all clients. */
async function sentBytes(control: { info(section: string): Promise<string> }): Promise<number> {
  const [, bytes] = /total_net_output_bytes:(\d+)/.exec(await control.info('stats')) ?? [];
  return Number(bytes);
}
