import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryStore } from '../../../src/cache/memory-store.ts';
import { AttemptError } from '../../../src/core/errors.ts';
import type { Store } from '../../../src/core/shouter.ts';
import { cachedShouter } from '../../../src/upstream/cached-shouter.ts';
import { testCall } from '../../support/call.ts';
import { fakeShouter } from '../../support/fake-shouter.ts';
import { testWorld } from '../../support/world.ts';

const store = () => memoryStore({ maxBytes: 100_000 });

test('the second time a text is asked, the store answers, at hand', async () => {
  const inner = fakeShouter();
  const shouter = cachedShouter(inner, store(), testWorld());
  await shouter.shout('abc', testCall());

  const again = shouter.shout('abc', testCall());

  assert.deepEqual(again, { text: 'ABC', source: 'memory', stored: true, collapsed: false });
  assert.deepEqual(inner.calls, ['abc']);
});

test('a first answer says where it came from and that it is stored', async () => {
  const shouter = cachedShouter(fakeShouter(), store(), testWorld());

  const shout = await shouter.shout('abc', testCall());

  assert.deepEqual(shout, { text: 'ABC', source: 'upstream', stored: true, collapsed: false });
});

test('an answer that the store does not take is not said to be stored', async () => {
  const shouter = cachedShouter(fakeShouter(), memoryStore({ maxBytes: 1 }), testWorld());

  const shout = await shouter.shout('abc', testCall());

  assert.equal(shout.stored, false);
});

test('what another store keeps is said to be stored', async () => {
  const inner = fakeShouter({ says: { stored: true } });
  const shouter = cachedShouter(inner, memoryStore({ maxBytes: 1 }), testWorld());

  const shout = await shouter.shout('abc', testCall());

  assert.equal(shout.stored, true);
});

test('a failure is passed on and nothing is stored', async () => {
  const inner = fakeShouter();
  const shouter = cachedShouter(inner, store(), testWorld());
  inner.failWith(new AttemptError('wrong', 'as told'));

  await assert.rejects(async () => shouter.shout('abc', testCall()), { code: 'UPSTREAM_WRONG' });

  inner.recover();
  assert.equal((await shouter.shout('abc', testCall())).source, 'upstream');
});

test('of those that shared a flight only one writes to the store', async () => {
  const inner = fakeShouter({ says: { collapsed: true } });
  const written: string[] = [];
  const watched: Store = { tier: 'memory', get: () => undefined, set: (text) => written.push(text) > 0 };

  const shout = await cachedShouter(inner, watched, testWorld()).shout('abc', testCall());

  assert.deepEqual(written, []);
  assert.equal(shout.collapsed, true);
});

test('a store that takes its time is waited for', async () => {
  const late: Store = { tier: 'redis', get: async () => 'ABC', set: () => true };
  const inner = fakeShouter();

  const shout = await cachedShouter(inner, late, testWorld()).shout('abc', testCall());

  assert.deepEqual(shout, { text: 'ABC', source: 'redis', stored: true, collapsed: false });
  assert.deepEqual(inner.calls, []);
});

test('hits and misses are told with their tier', async () => {
  const world = testWorld();
  const shouter = cachedShouter(fakeShouter(), store(), world);

  await shouter.shout('abc', testCall());
  await shouter.shout('abc', testCall());

  assert.deepEqual(world.events, [
    { type: 'cache-read', tier: 'memory', result: 'miss' },
    { type: 'cache-read', tier: 'memory', result: 'hit' },
  ]);
});

test('the caller’s own call goes through', async () => {
  const inner = fakeShouter();
  const call = testCall();

  await cachedShouter(inner, store(), testWorld()).shout('abc', call);

  assert.deepEqual(inner.received, [call]);
});
