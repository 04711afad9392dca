import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Closer, lifecycle } from '../../src/lifecycle.ts';
import { settled } from '../support/fake-clock.ts';
import { soFar } from '../support/layer.ts';
import { testWorld } from '../support/world.ts';

type Parts = { closeApi?: Closer; closeRedis?: Closer; extraMs?: number };

const never = () => new Promise(() => {});

test('it is ready once started, and no longer when the drain begins, which is signalled at once', () => {
  const { life } = start();
  const states = [life.isReady()];

  life.started();
  states.push(life.isReady());
  void life.close();
  life.started();
  states.push(life.isReady());

  assert.deepEqual([states, life.isDraining()], [[false, true, false], true]);
});

test('everything is still served while it drains, then the parts close in order', async () => {
  const api = Promise.withResolvers<void>();
  const { world, life, clock, closed } = serving({ closeApi: () => api.promise });
  let calls = 0;
  life.closes(() => calls++);

  const closing = life.close();
  await clock.advance(5999);
  const early = calls;
  await clock.advance(4001);
  const before = [...closed];
  api.resolve();
  await closing;

  assert.deepEqual([early, calls, before, closed], [0, 1, [], ['redis']]);
  assert.deepEqual(world.events, [{ type: 'draining' }, { type: 'closed' }]);
});

test('what never served has nothing to drain, closes once, and leaves no timer', async () => {
  const { life, closed, clock } = start();

  await Promise.all([life.close(), life.close()]);
  await life.close();
  await settled();

  assert.deepEqual(closed, ['api', 'redis']);
  assert.deepEqual([life.isReady(), clock.timers()], [false, 0]);
});

test('a part that fails to close fails the whole', async () => {
  const { life } = start({ closeApi: () => Promise.reject(new Error('as told')) });

  await assert.rejects(life.close(), { message: 'as told' });
});

test('the part that was added last is closed first, and those that observe the others after them', async () => {
  const { life, closed } = start();
  life.closesLast(() => closed.push('admin'));
  life.closes(() => closed.push('bulk'));

  await life.close();

  assert.deepEqual(closed, ['bulk', 'api', 'redis', 'admin']);
});

for (const [what, parts, rest, failure] of [
  [
    'what is left is closed at once and side by side, and nothing was lost',
    { closeApi: (manner) => manner ?? never() },
    ['redis'],
  ],
  [
    'an answer that is lost then fails the end, and the rest is closed',
    { closeApi: (manner) => (manner ? Promise.reject('one request') : never()) },
    ['redis'],
    'one request',
  ],
  ['a step that has ended is not closed again', { closeRedis: (manner) => manner ?? never() }, ['api']],
] satisfies [string, Parts, string[], string?][]) {
  test(`after 20 s ${what}`, async () => {
    const { life, clock, closed } = serving(parts);
    const end = life.close().catch((reason) => reason);

    await clock.advance(19_999);
    const before = await soFar(end);
    await clock.advance(1);

    assert.deepEqual([before, await end, closed], ['waits', failure, rest]);
  });
}

for (const extraMs of [0, 1000]) {
  test(`a step that never ends is given up after a second more, which all have if ${extraMs} ms are extra`, async () => {
    const { life, clock, closed, world } = serving({ closeApi: never, extraMs });
    const seen: unknown[] = [];
    const closing = life.close().then(() => seen.push('over'));

    for (const ms of [19_999 + extraMs, 1, 999 + extraMs, 1]) {
      await clock.advance(ms);
      seen.push(closed.join());
    }
    await closing;

    assert.deepEqual(seen, ['', 'redis', 'redis', 'over', 'redis']);
    assert.deepEqual(world.events, [{ type: 'draining' }]);
  });
}

test('a hurry closes everything at once, and leaves no timer', async () => {
  const { life, clock, closed, world } = serving();
  const hurry = Promise.withResolvers<void>();
  const closing = assert.rejects(life.close(hurry.promise), /stopped before everything was answered/);

  hurry.resolve();
  await closing;
  await settled();

  assert.deepEqual(closed, ['api', 'redis']);
  assert.deepEqual(world.events, [{ type: 'draining' }, { type: 'closed' }]);
  assert.equal(clock.timers(), 0);
});

test('a hurry that comes when all is closed changes nothing, and no timer is left', async () => {
  const { life, clock } = serving();
  const hurry = Promise.withResolvers<void>();
  const closing = life.close(hurry.promise);
  await clock.advance(6000);
  await closing;

  hurry.resolve();
  await settled();

  await assert.doesNotReject(closing);
  assert.equal(clock.timers(), 0);
});

/** A lifecycle with a drain of 6 s and two parts to close. */
function start({ closeApi, closeRedis, ...extra }: Parts = {}) {
  const world = testWorld();
  const closed: string[] = [];
  const life = lifecycle({ drainMs: 6000, ...extra }, world);
  life.closes(closeRedis ?? (() => closed.push('redis')));
  life.closes(closeApi ?? (() => closed.push('api')));
  return { life, clock: world.clock, world, closed };
}

/** The same, after its start. */
function serving(parts?: Parts) {
  const started = start(parts);
  started.life.started();
  return started;
}
