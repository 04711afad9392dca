import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Closer, lifecycle } from '../../src/lifecycle.ts';
import { settled } from '../support/fake-clock.ts';
import { testWorld } from '../support/world.ts';

test('what closes later waits for what closes first', async () => {
  const api = Promise.withResolvers<void>();
  const { life, clock, closed } = start({ closeApi: () => api.promise });
  life.started();
  const closing = life.close();
  await clock.advance(10_000);
  const before = [...closed];

  api.resolve();
  await closing;

  assert.deepEqual([before, closed], [[], ['redis']]);
});

test('after 20 s what is left is closed at once and side by side, and nothing was lost', async () => {
  const { life, clock, closed } = start({ closeApi: (manner) => manner ?? new Promise(() => {}) });
  life.started();
  const closing = life.close();

  await clock.advance(19_999);
  const before = [...closed];
  await clock.advance(1);
  await closing;

  assert.deepEqual([before, closed], [[], ['redis']]);
});

test('after 20 s an answer that is lost then fails the end, and the rest is closed', async () => {
  const lost = () => Promise.reject(new Error('one request'));
  const { life, clock, closed } = start({ closeApi: (manner) => (manner ? lost() : new Promise(() => {})) });
  life.started();
  const closing = assert.rejects(life.close(), { message: 'one request' });

  await clock.advance(20_000);
  await closing;

  assert.deepEqual(closed, ['redis']);
});

test('a step that never ends is given a second more, and keeps no other step open', async () => {
  const { life, clock, closed, world } = start({ closeApi: () => new Promise(() => {}) });
  life.started();
  const closing = life.close();

  await clock.advance(21_000);
  await closing;

  assert.deepEqual(closed, ['redis']);
  assert.deepEqual(world.events, [{ type: 'draining' }]);
});

test('a process that waits for others gives up so much later, and its last steps have so much more', async () => {
  const { life, clock, closed } = start({ closeApi: () => new Promise(() => {}), extraMs: 1000 });
  life.started();
  const states: unknown[] = [];
  const closing = life.close().then(() => states.push('over'));

  for (const ms of [20_999, 1, 1999, 1]) {
    await clock.advance(ms);
    states.push([...closed]);
  }
  await closing;

  assert.deepEqual(states, [[], ['redis'], ['redis'], 'over', ['redis']]);
});

test('after 20 s a step that has ended is not closed again', async () => {
  const { life, clock, closed } = start({ closeRedis: (manner) => manner ?? new Promise(() => {}) });
  life.started();
  const closing = life.close();

  await clock.advance(20_000);
  await closing;

  assert.deepEqual(closed, ['api']);
});

test('a hurry closes everything at once, and leaves no timer', async () => {
  const { life, clock, closed, world } = start();
  life.started();
  const hurry = Promise.withResolvers<void>();
  const closing = assert.rejects(life.close(hurry.promise), /stopped before everything was answered/);

  hurry.resolve();
  await closing;
  await settled();

  assert.deepEqual(closed, ['api', 'redis']);
  assert.deepEqual(world.events, [{ type: 'draining' }, { type: 'closed' }]);
  assert.equal(clock.timers(), 0);
});

test('a hurry that comes when all is closed changes nothing', async () => {
  const { life, clock } = start();
  const hurry = Promise.withResolvers<void>();
  life.started();
  const closing = life.close(hurry.promise);
  await clock.advance(6000);
  await closing;

  hurry.resolve();
  await settled();

  await assert.doesNotReject(closing);
});

test('when all is closed no timer is left', async () => {
  const { life, clock } = start();
  life.started();

  const closing = life.close();
  await clock.advance(6000);
  await closing;
  await settled();

  assert.equal(clock.timers(), 0);
});

/** A life with a drain of 6 s and two parts to close. */
function start(parts: { closeApi?: Closer; closeRedis?: Closer; extraMs?: number } = {}) {
  const world = testWorld();
  const closed: string[] = [];
  const closes =
    (what: string): Closer =>
    () =>
      closed.push(what);
  const { closeApi = closes('api'), closeRedis = closes('redis'), extraMs = 0 } = parts;
  const life = lifecycle({ drainMs: 6000, extraMs }, world);
  life.closes(closeRedis);
  life.closes(closeApi);
  return {
    life,
    clock: world.clock,
    world,
    closed,
  };
}
