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

test('what does not close within 20 s is given up', async () => {
  const { life, clock } = start({ closeApi: () => new Promise(() => {}) });
  life.started();
  let end = 'none';
  const closing = life.close().catch((error: Error) => {
    end = error.message;
  });

  await clock.advance(19_999);
  const before = end;
  await clock.advance(1);
  await closing;

  assert.deepEqual([before, end], ['none', 'stopped before everything was answered']);
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
function start({ closeApi }: { closeApi?: Closer } = {}) {
  const world = testWorld();
  const closed: string[] = [];
  const closers = [closeApi ?? (() => closed.push('api')), () => closed.push('redis')];
  return {
    life: lifecycle(closers, { drainMs: 6000 }, world),
    clock: world.clock,
    closed,
  };
}
