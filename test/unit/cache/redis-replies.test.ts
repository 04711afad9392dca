import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { requestCounter } from '../../../src/cache/request-counter.ts';
import { bulk, fakeRedis, replyTo } from '../../support/fake-redis.ts';
import { until } from '../../support/until.ts';
import { connectedRedisStore, startRedisStore } from './redis-under-test.ts';

type Replies = Readonly<Record<string, string>>;

/** Bytes that are not a reply to any of our commands. reply-guard.test.ts has all kinds. */
const FOREIGN: Replies = { 'a push': '>1\r\n$-1\r\n', 'a string without its end': '$2\r\nABCDEF\r\n' };

/** Replies that cannot belong to this command. */
const MISPLACED: Readonly<Record<string, Replies>> = {
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

const READ_ONLY = '-READONLY You cannot write against a read only replica.\r\n';

for (const command of ['get', 'mget', 'set', 'incrby', 'expire', 'info']) {
  for (const [what, reply] of Object.entries({ ...FOREIGN, ...MISPLACED[command] })) {
    test(`${what} in reply to ${command} is a miss, and Redis is used again once it behaves`, async (t) => {
      const { redis, store, use } = await knowsHello(t);

      redis.answer(replyTo(command, reply));
      if (command === 'info') redis.inject('+OK\r\n');
      const found = await use();
      await until(t, () => redis.connections() > 1);
      redis.answer(() => undefined);

      assert.deepEqual(found, { values: [undefined, undefined], count: 1 });
      await until(t, () => store.get('hello') instanceof Promise);
      assert.equal(await store.get('hello'), 'HELLO');
    });
  }
}

for (const bytes of ['+OK\r\n', '$-1\r\n', '$5\r\nHE']) {
  test(`${JSON.stringify(bytes)} without a command costs the connection and nothing else`, async (t) => {
    const { redis, store, changes } = await knowsHello(t);

    redis.inject(bytes);
    await until(t, () => changes().length === 3);

    assert.equal(await store.get('hello'), 'HELLO');
    assert.deepEqual(changes(), ['up', 'down: protocol', 'up']);
  });
}

test('replies that are out of step by one are detected at the first wrong value', async (t) => {
  const { redis, store } = await knowsHello(t);
  let held = bulk('HELLO');
  redis.answer(([name, key = '']) => {
    if (name === 'info') return undefined;
    const reply = held;
    held = bulk(name === 'echo' ? key : key.toUpperCase());
    return reply;
  });

  const found = [await store.get('two'), await store.get('three')];

  assert.deepEqual(found, [undefined, undefined]);
  await until(t, () => redis.connections() === 2);
});

test('a wrong value alone does not cost the connection, and is reported until a value is right again', async (t) => {
  const { redis, store, count, world, changes } = await knowsHello(t);
  redis.answer(replyTo('get', bulk('WRONG')));
  const found = await store.get('hello');
  redis.answer(() => undefined);

  assert.equal(found, undefined);
  assert.equal(await store.get('hello'), 'HELLO');
  await world.clock.advance(10_000);
  await count();
  assert.deepEqual([redis.connections(), changes()], [1, ['up', 'up: wrong_value']]);
  await store.get('hello');
  assert.deepEqual(changes(), ['up', 'up: wrong_value', 'up']);
});

for (const number of ['99999999999999999999', '9007199254740993', '1000000001', '-1', '0']) {
  test(`a count of ${number} cannot be right, so this process uses its own count`, async (t) => {
    const { redis, count } = await knowsHello(t);
    redis.answer(replyTo('incrby', `:${number}\r\n`));

    assert.deepEqual([await count(), await count()], [1, 2]);
    assert.equal(redis.connections(), 1);
  });
}

for (const reply of ['value is not an integer or out of range', 'increment or decrement would overflow']) {
  test(`a key of ours with a number that is not a count is "wrong_value": ${reply}`, async (t) => {
    const { redis, count, changes } = await knowsHello(t);
    redis.answer(replyTo('incrby', `-ERR ${reply}\r\n`));

    assert.equal(await count(), 1);
    assert.deepEqual(changes(), ['up', 'up: wrong_value']);
  });
}

test('an accepted count shows that Redis is not read-only any more', async (t) => {
  const { redis, store, count, changes } = await knowsHello(t);
  redis.answer(replyTo('set', READ_ONLY));
  for (const length of [3, 4]) {
    store.set('more', 'MORE');
    await until(t, () => changes().length === length);
  }

  await count();

  assert.deepEqual(changes(), ['up', 'down: read_only', 'up', 'up: read_only', 'up']);
});

test('a read-only Redis is reported as read-only, even if its values were or are wrong', async (t) => {
  const { redis, store, world, changes } = await knowsHello(t);
  redis.answer(replyTo('get', bulk('WRONG')));
  await store.get('hello');
  redis.answer(replyTo('set', READ_ONLY));
  for (const length of [4, 5]) {
    store.set('more', 'MORE');
    await until(t, () => changes().length === length);
  }

  await world.clock.advance(10_000);
  assert.equal(await store.get('hello'), 'HELLO');
  redis.answer(replyTo('get', bulk('WRONG')));
  assert.equal(await store.get('hello'), undefined);

  assert.deepEqual(changes(), ['up', 'up: wrong_value', 'down: read_only', 'up', 'up: read_only']);
});

test('a count is used although its key cannot be made to expire, which is reported', async (t) => {
  const { redis, count, changes } = await knowsHello(t);
  redis.answer(([name = '']) => ({ incrby: ':7\r\n', expire: '-NOPERM no permission\r\n' })[name]);

  assert.equal(await count(), 7);
  assert.deepEqual(changes(), ['up', 'up: not_permitted']);
});

test('a huge value that cannot be deleted, because we have no permission, costs a connection and no more', async (t) => {
  const { redis, store, changes } = await knowsHello(t);
  const replies: Replies = { mget: '*2\r\n$100000000\r\n', unlink: '-NOPERM no permission\r\n' };
  redis.answer(([name = '']) => replies[name]);
  const deletion = () => redis.commands.find(([name]) => name === 'unlink');

  await Promise.all([store.get('huge'), store.get('or this one')]);
  await until(t, () => deletion() !== undefined);
  redis.answer(() => undefined);

  assert.equal(await store.get('hello'), 'HELLO');
  assert.deepEqual(changes(), ['up', 'down: oversized_value', 'up']);
  assert.equal(deletion()?.length, 1 + 2);
});

test('a write that succeeds after a refusal that ends the connection does not bring the connection back', async (t) => {
  const { redis, store, changes } = await knowsHello(t);
  redis.answer(([, , value]) => (value === 'ONE' ? '-LOADING Redis is loading\r\n' : undefined));

  for (const text of ['one', 'two']) store.set(text, text.toUpperCase());
  await until(t, () => redis.connections() === 2 && changes().at(-1) === 'up');

  assert.deepEqual(changes(), ['up', 'down: loading', 'up']);
});

test('a connection that ended before its greeting was answered is not awaited any more', async (t) => {
  const redis = await fakeRedis(t, replyTo('auth', ''));
  const { world, changes, becomes } = startRedisStore(t, redis.url.replace('//', '//:word@'));
  await until(t, () => redis.commands.length > 0);

  redis.answer(() => undefined);
  redis.inject('>1\r\n');
  await becomes('up');
  await world.clock.advance(10_000);

  assert.equal(changes().at(-1), 'up');
});

test('a Redis whose reply to INFO is very long is used', async (t) => {
  const redis = await fakeRedis(t, replyTo('info', bulk('# Modules\r\n'.repeat(90_000))));

  await connectedRedisStore(t, redis.url);
});

/** A fake Redis that knows "hello", and functions that ask it. */
async function knowsHello(t: TestContext) {
  const redis = await fakeRedis(t);
  const connected = await connectedRedisStore(t, redis.url);
  const { store, world, connection } = connected;
  const counter = requestCounter(world.clock, { perMinute: 1, redis: connection });
  const count = async () => (await counter.count('a')).current;
  store.set('hello', 'HELLO');
  await store.get('hello');
  return {
    ...{ redis, count },
    ...connected,
    /** Sends every kind of command that we send to Redis. */
    async use() {
      const single = await store.get('unknown');
      const [value] = await Promise.all([store.get('unknown 1'), store.get('unknown 2')]);
      store.set('more', 'MORE');
      return { values: [single, value], count: await count() };
    },
  };
}
