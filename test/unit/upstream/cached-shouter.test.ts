import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryStore } from '../../../src/cache/memory-store.ts';
import { AttemptError } from '../../../src/core/errors.ts';
import type { Shout, Store } from '../../../src/core/shouter.ts';
import { cachedShouter } from '../../../src/upstream/cached-shouter.ts';
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
  upstream.failWith(new AttemptError('wrong', 'as told'));

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

function cached(store: Store, says: Partial<Shout> = {}) {
  return layerUnderTest((upstream, world) => cachedShouter(upstream, store, world), { says });
}
