import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { until } from '../../support/until.ts';
import { redisTest, type ServedRedis } from './redis-under-test.ts';

redisTest('writes that a new replica refuses together cost one connection', async (redis, t) => {
  const { store, connection, changes } = await becomesReplica(redis, t);

  for (const text of ['a', 'b', 'c']) store.set(text, text.toUpperCase());
  await until(t, () => changes().at(-1) === 'up: read_only');

  assert.equal(await store.get('hello'), 'HELLO');
  assert.deepEqual(changes(), ['up', 'down: read_only', 'up: read_only']);
  assert.equal(connection.status().trouble, 'read_only');
});

redisTest('a read-only Redis is reconnected after growing pauses, at most a minute', async (redis, t) => {
  const { store, world, refuse, changes } = await becomesReplica(redis, t);
  await refuse();

  const cuts: number[] = [];
  let now = 0;
  for (const second of [1, 2, 3, 6, 7, 14, 15, 30, 31, 62, 63, 122, 123]) {
    const before = changes().length;
    await world.clock.advance((second - now) * 1000);
    now = second;
    store.set('more', 'MORE');
    await store.get('what was sent before this has arrived');
    if (changes().length === before) continue;
    cuts.push(second);
    await until(t, () => changes().at(-1) === 'up: read_only');
  }

  assert.deepEqual(cuts, [1, 3, 7, 15, 31, 63, 123]);
});

redisTest('a replica that takes writes again is fine; later pauses begin anew', async (redis, t) => {
  const { control, store, world, connection, refuse, changes } = await becomesReplica(redis, t);
  await refuse();
  await world.clock.advance(1000);
  await refuse();
  await control.replicaof('NO', 'ONE');
  store.set('more', 'MORE');

  assert.equal(await store.get('more'), 'MORE');
  assert.equal(connection.status().trouble, undefined);
  await control.replicaof('127.0.0.1', 1);
  const before = changes().length;
  await refuse();
  await world.clock.advance(1000);
  await refuse();
  const cut = ['down: read_only', 'up: read_only'];
  assert.deepEqual(changes().slice(before), [...cut, ...cut]);
});

for (const [what, trouble, more] of [
  ['a replica that takes writes is fine', undefined, ['--replica-read-only', 'no']],
  ['a Redis that is a replica from the start is read, and reported', 'read_only', []],
] as const) {
  redisTest(
    what,
    async ({ connection, store }) => {
      assert.equal(connection.status().trouble, trouble);
      assert.ok(store.get('hello') instanceof Promise);
    },
    { more: [...more, '--replicaof', '127.0.0.1', '1'] },
  );
}

/** Turns a primary that knows "hello" into a replica. */
async function becomesReplica(redis: ServedRedis, t: TestContext) {
  const { store, control, changes } = redis;
  store.set('hello', 'HELLO');
  await store.get('hello');
  await control.replicaof('127.0.0.1', 1);
  return {
    ...redis,
    /** Sends a write that is refused and ends the connection. Resolves when there is a new one. */
    async refuse() {
      const before = changes().length;
      store.set('more', 'MORE');
      await until(t, () => changes().length === before + 2);
    },
  };
}
