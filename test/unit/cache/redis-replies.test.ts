import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { requestCounter } from '../../../src/cache/request-counter.ts';
import { bulk, fakeRedis, type Script } from '../../support/fake-redis.ts';
import { until } from '../../support/until.ts';
import { connectedRedisStore } from './redis-under-test.ts';

/** Bytes that are not a reply to any of our commands; reply-guard.test.ts has all kinds. */
const FOREIGN: Readonly<Record<string, string>> = {
  'a push that holds null': '>1\r\n$-1\r\n',
  'a string without its end': '$2\r\nABCDEF\r\n',
};

/** Replies that cannot belong to this command. */
const MISPLACED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  get: { 'a number': ':1\r\n', 'an array': '*1\r\n$5\r\nHELLO\r\n' },
  mget: {
    null: '$-1\r\n',
    'a null array': '*-1\r\n',
    'an empty array': '*0\r\n',
    'one value less': '*1\r\n$1\r\nA\r\n',
    'one value more': '*3\r\n$1\r\nA\r\n$1\r\nB\r\n$1\r\nC\r\n',
    'a string': '$1\r\nA\r\n',
    'numbers in place of values': '*2\r\n:1\r\n:2\r\n',
  },
  set: { null: '$-1\r\n', 'a number': ':1\r\n', 'another word': '+QUEUED\r\n', 'an array': '*1\r\n+OK\r\n' },
  incrby: {
    null: '$-1\r\n',
    'a word': '+OK\r\n',
    'a string that is a number': '$1\r\n7\r\n',
    'an array': '*1\r\n:7\r\n',
    'an empty array': '*0\r\n',
  },
  expire: { 'a count': ':7\r\n', null: '$-1\r\n', 'a word': '+OK\r\n' },
};

for (const command of ['get', 'mget', 'set', 'incrby', 'info']) {
  const wrong = { ...FOREIGN, ...MISPLACED[command] };
  for (const [what, reply] of Object.entries(wrong)) {
    test(`${what} in reply to ${command} is a miss, and Redis is used again once it behaves`, async (t) => {
      const { redis, store, use } = await start(t);
      store.set('hello', 'HELLO');
      await store.get('hello');
      const before = redis.connections();

      redis.answer(replyTo(command, reply));
      if (command === 'info') redis.inject('+OK\r\n');
      const found = await use();
      await until(t, () => redis.connections() > before);
      redis.answer(() => undefined);

      assert.deepEqual(found, { values: [undefined, undefined], isCounted: true });
      await until(t, () => store.get('hello') instanceof Promise);
      assert.equal(await store.get('hello'), 'HELLO');
    });
  }
}

for (const [what, reply] of Object.entries(MISPLACED.expire ?? {})) {
  test(`${what} in reply to EXPIRE is not a count, because replies are out of step`, async (t) => {
    const { redis, count } = await start(t);
    redis.answer(replyTo('expire', reply));

    assert.equal(await count(), 1);
    await until(t, () => redis.connections() === 2);
  });
}

for (const bytes of ['+OK\r\n', '$-1\r\n', '$5\r\nHE']) {
  test(`${JSON.stringify(bytes)} without a command costs the connection and nothing else`, async (t) => {
    const { redis, store, world } = await start(t);
    store.set('hello', 'HELLO');
    await store.get('hello');

    redis.inject(bytes);
    await until(t, () => redis.connections() === 2);
    await until(t, () => store.get('hello') instanceof Promise);

    assert.equal(await store.get('hello'), 'HELLO');
    assert.deepEqual(world.told('redis-connection').slice(1), [
      { type: 'redis-connection', isUp: false, trouble: 'protocol' },
      { type: 'redis-connection', isUp: true },
    ]);
  });
}

test('replies that are out of step by one are detected at the first wrong value', async (t) => {
  const { redis, store } = await start(t);
  for (const text of ['one', 'two', 'three']) store.set(text, text.toUpperCase());
  await store.get('one');
  let held = bulk('ONE');
  redis.answer(([name, key = '']) => {
    if (name === 'info') return undefined;
    const reply = held;
    held = name === 'echo' ? bulk(key) : bulk(key.toUpperCase());
    return reply;
  });

  const found = [await store.get('two'), await store.get('three')];

  assert.deepEqual(found, [undefined, undefined]);
  await until(t, () => redis.connections() === 2);
});

test('a wrong value alone does not cost the connection', async (t) => {
  const { redis, store, world } = await start(t);
  redis.answer(([name]) => (name === 'get' ? bulk('WRONG') : undefined));
  const found = await store.get('hello');
  redis.answer(() => undefined);
  store.set('hello', 'HELLO');

  assert.equal(found, undefined);
  assert.equal(await store.get('hello'), 'HELLO');
  assert.equal(redis.connections(), 1);
  assert.equal(world.told('redis-connection').length, 1);
});

for (const number of ['99999999999999999999', '9007199254740993', '1000000001', '-1', '0']) {
  test(`a count of ${number} is not one of ours: what was counted here counts`, async (t) => {
    const { redis, count } = await start(t);
    redis.answer(replyTo('incrby', `:${number}\r\n`));

    assert.deepEqual([await count(), await count()], [1, 2]);
    assert.equal(redis.connections(), 1);
  });
}

test('a reply that never comes costs one command its time, and the connection in the end', async (t) => {
  const { redis, store, world, connection } = await start(t);
  redis.answer(replyTo('get', ''));

  const slow = store.get('hello');
  await world.clock.advance(50);
  const next = store.get('hello');

  assert.equal(await slow, undefined);
  assert.equal(next, undefined);
  assert.equal(connection.status().overdue, 1);
  redis.answer(() => undefined);
  await world.clock.advance(1950);
  await until(t, () => connection.status().trouble === 'no_answer');
  await until(t, () => connection.status().isUp);
  assert.equal(connection.status().overdue, 0);
});

/** Answers this command with this reply, and the others correctly. */
function replyTo(command: string, reply: string): Script {
  return ([name]) => (name === command ? reply : undefined);
}

async function start(t: TestContext) {
  const redis = await fakeRedis(t);
  const under = await connectedRedisStore({ after: (end) => t.after(end) }, redis.url);
  const counter = requestCounter(under.world.clock, { perMinute: 1, redis: under.connection });
  const count = async () => (await counter.count('a')).current;
  return {
    redis,
    ...under,
    count,
    /** Sends every kind of command that we send to Redis. */
    async use() {
      const { store } = under;
      const single = await store.get('unknown');
      const [value] = await Promise.all([store.get('unknown 1'), store.get('unknown 2')]);
      store.set('more', 'MORE');
      const counted = await count();
      return { values: [single, value], isCounted: counted === 1 };
    },
  };
}
