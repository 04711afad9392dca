import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lifecycle } from '../../src/lifecycle.ts';
import { settled } from '../support/fake-clock.ts';
import { testWorld } from '../support/world.ts';

function living(closers: readonly (() => unknown)[] = [], drainMs = 6000) {
  const world = testWorld();
  const life = lifecycle({ drainMs }, world);
  for (const step of closers.toReversed()) life.closes(step);
  return { world, life };
}

test('it is ready once started, and no longer when the drain begins', () => {
  const { life } = living();
  const states = [life.isReady()];

  life.started();
  states.push(life.isReady());
  void life.close();
  states.push(life.isReady());

  assert.deepEqual(states, [false, true, false]);
});

test('it does not become ready once it drains', () => {
  const { life } = living();

  void life.close();
  life.started();

  assert.equal(life.isReady(), false);
});

test('the drain is signalled at once', () => {
  const { life } = living();
  life.started();

  void life.close();

  assert.equal(life.isDraining(), true);
});

test('everything is still served while it drains, then the parts close in order', async () => {
  const seen: string[] = [];
  const late = async () => {
    await settled();
    seen.push('first');
  };
  const { world, life } = living([late, () => seen.push('second')]);
  life.started();

  const closed = life.close();
  await world.clock.advance(5999);
  const before = [...seen];
  await world.clock.advance(1);
  await closed;

  assert.deepEqual([before, seen], [[], ['first', 'second']]);
  assert.deepEqual(world.events, [{ type: 'draining' }, { type: 'closed' }]);
});

test('what never served has nothing to drain', async () => {
  const { life } = living([], 6000);

  await life.close();

  assert.equal(life.isReady(), false);
});

test('closing twice closes once', async () => {
  let closings = 0;
  const { life } = living([() => closings++]);

  await Promise.all([life.close(), life.close()]);
  await life.close();

  assert.equal(closings, 1);
});

test('an end in order leaves no timer', async () => {
  const { world, life } = living();

  await life.close();
  await settled();

  assert.equal(world.clock.timers(), 0);
});

test('a part that fails to close fails the whole', async () => {
  const { life } = living([() => Promise.reject(new Error('as told'))]);

  await assert.rejects(life.close(), { message: 'as told' });
});

test('who is in a hurry does not wait for the drain', async () => {
  const { life } = living();
  life.started();
  const hurry = Promise.withResolvers<void>();
  const closed = assert.rejects(life.close(hurry.promise), /stopped before everything was answered/);

  hurry.resolve();

  await closed;
});

test('the part that was added last is closed first, and those that observe the others after them', async () => {
  const world = testWorld();
  const life = lifecycle({ drainMs: 0 }, world);
  const closed: string[] = [];
  life.closesLast(() => closed.push('admin'));
  for (const part of ['redis', 'layers', 'api']) life.closes(() => closed.push(part));

  await life.close();

  assert.deepEqual(closed, ['api', 'layers', 'redis', 'admin']);
});
