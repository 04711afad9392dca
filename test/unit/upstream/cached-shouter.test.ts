import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AttemptError } from '../../../src/core/errors.ts';
import type { Shout, Store } from '../../../src/core/shouter.ts';
import { cachedShouter, memoryStore, textKey } from '../../../src/upstream/cached-shouter.ts';
import { testCall } from '../../support/call.ts';
import { layerUnderTest } from '../../support/layer.ts';

test('a first answer says that it is stored, and the second time the store answers, without a promise', async () => {
  const { layer, shout, upstream, world } = cached(memoryStore({ maxBytes: 100_000 }));
  const call = testCall();

  const first = await shout('abc', call);
  const again = layer.shout('abc', call);

  assert.deepEqual(first, { text: 'ABC', source: 'upstream', stored: true, collapsed: false });
  assert.deepEqual(again, { text: 'ABC', source: 'memory', stored: true, collapsed: false });
  assert.deepEqual(upstream.received, [call]);
  const reads = ['miss', 'hit'].map((result) => ({ type: 'cache-read', tier: 'memory', result }));
  assert.deepEqual(world.events, reads);
});

for (const isStored of [false, true]) {
  test(`an answer that the store does not take is stored only if an inner store has it: ${isStored}`, async () => {
    const { shout } = cached(memoryStore({ maxBytes: 1 }), { stored: isStored });

    assert.equal((await shout('abc')).stored, isStored);
  });
}

test('a failure is passed on and nothing is stored', async () => {
  const { shout, upstream } = cached(memoryStore({ maxBytes: 100_000 }));
  upstream.failWith(new AttemptError('wrong', 'as scripted'));

  await assert.rejects(shout('abc'), { code: 'UPSTREAM_WRONG' });

  upstream.recover();
  assert.equal((await shout('abc')).source, 'upstream');
});

test('only one of the calls that shared a flight writes to the store', async () => {
  const written: string[] = [];
  const watched: Store = { tier: 'memory', get: () => undefined, set: (text) => written.push(text) > 0 };
  const { shout } = cached(watched, { collapsed: true });

  assert.equal((await shout('abc')).collapsed, true);
  assert.deepEqual(written, []);
});

test('the answer waits for a slow store', async () => {
  const { shout, upstream } = cached({ tier: 'redis', get: async () => 'ABC', set: () => true });

  assert.deepEqual(await shout('abc'), { text: 'ABC', source: 'redis', stored: true, collapsed: false });
  assert.deepEqual(upstream.calls, []);
});

test('the bytes of all entries stay within the bound', () => {
  const store = memoryStore({ maxBytes: 100_000 });

  for (let i = 0; i < 2000; i++) store.set(`text ${i} `.repeat(i % 20), 'X'.repeat(i % 300));

  const { entries, bytes, maxBytes } = store.status();
  assert.equal(maxBytes, 100_000);
  assert.ok(bytes <= maxBytes && bytes > maxBytes / 2, `${bytes} bytes`);
  assert.ok(entries > 0 && entries < 2000);
});

test('an entry counts its two strings, two bytes a character if they are not Latin-1, and an overhead', () => {
  const [plain, wide] = ['é', 'ж'].map((letter) => {
    const store = memoryStore({ maxBytes: 100_000 });
    store.set(letter.repeat(1000), letter.toUpperCase().repeat(1000));
    return store.status().bytes;
  });

  assert.equal(Number(wide) - Number(plain), 2000);
  assert.ok(Number(plain) > 2100 && Number(plain) < 2300);
});

test('a long text is found again and counts by its shout alone', () => {
  const store = memoryStore({ maxBytes: 1_000_000 });
  const long = 'x'.repeat(20_000);

  store.set(`${long}a`, `${long}A`);
  store.set(`${long}b`, `${long}B`);

  assert.deepEqual([store.get(`${long}a`), store.get(`${long}b`)], [`${long}A`, `${long}B`]);
  assert.equal(store.get(`${long}c`), undefined);
  assert.ok(store.status().bytes < 41_000);
});

test('the least recently used entry is dropped first', () => {
  const store = memoryStore({ maxBytes: 3 * 1300 });

  for (const text of ['a', 'b', 'c']) store.set(text, text.repeat(1000));
  store.get('a');
  store.set('d', 'd'.repeat(1000));

  const known = ['a', 'b', 'c', 'd'].filter((text) => store.get(text) !== undefined);
  assert.deepEqual(known, ['a', 'c', 'd']);
});

test('an entry larger than the whole store is not kept, and replaces no other', () => {
  const store = memoryStore({ maxBytes: 1000 });
  store.set('', '');

  const isKept = store.set('large', 'L'.repeat(1000));

  assert.equal(isKept, false);
  assert.deepEqual([store.get('large'), store.get('')], [undefined, '']);
});

test('a text that V8 hashes is its own key; a longer one has a short key that no other text has, and that is not a text', () => {
  const hashed = 'x'.repeat(16_383);
  const keys = ['a', 'b', '漢', 'ab'].map((end) => textKey(hashed + end));

  assert.equal(textKey(hashed), hashed);
  assert.equal(new Set(keys).size, 4);
  for (const key of keys) assert.ok(key.length < 50 && !key.isWellFormed());
});

function cached(store: Store, says: Partial<Shout> = {}) {
  return layerUnderTest((upstream, world) => cachedShouter(upstream, store, world), { says });
}
