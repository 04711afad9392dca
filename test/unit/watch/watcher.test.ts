import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Notification } from '../../../src/watch/standing.ts';
import { memoryStateStore, type StateStore } from '../../../src/watch/state-store.ts';
import { pick } from '../../support/pick.ts';
import { at, fakeReceiver, play, recordedEvents, roundNo, URL, watcherOn } from './watch-under-test.ts';

test('a service that goes down and comes back is two notifications with all that is known', async () => {
  const receiver = fakeReceiver();
  const watcher = await watcherOn([receiver], {});

  await play(watcher, 'udddduuu');

  const about = { url: URL, freshMs: 20, knownMs: 10 };
  assert.deepEqual(receiver.got, [
    {
      ...{ status: 'down', ...about, since: at(2), at: at(4) },
      ...{ cause: 'service', reason: 'nothing is answered', downMs: null },
    },
    {
      ...{ status: 'up', ...about, since: at(6), at: at(7) },
      ...{ cause: null, reason: 'fresh and known strings are answered', downMs: 4 * 60_000 },
    },
  ]);
});

test('each failed round and each change is told once, whoever gets notifications', async () => {
  const world = recordedEvents();
  const watcher = await watcherOn([], { world });

  await play(watcher, 'ddduu');

  assert.deepEqual(pick(world.events, 'type'), [
    'round-failed',
    'round-failed',
    'round-failed',
    'down',
    'up',
  ]);
});

test('what a receiver could not be told comes later, in order, and to it alone', async () => {
  const [well, ill] = [fakeReceiver(), fakeReceiver()];
  const watcher = await watcherOn([well, ill], {});

  ill.isWell = false;
  await play(watcher, 'ddduu');
  ill.isWell = true;
  await play(watcher, 'u', 6);

  assert.deepEqual(statuses(well.got), ['down', 'up']);
  assert.deepEqual(ill.got, well.got);
});

test('a receiver that fails is named by its place, with the reason', async () => {
  const world = recordedEvents();
  const receiver = fakeReceiver();
  receiver.isWell = false;
  const watcher = await watcherOn([receiver], { world });

  await play(watcher, 'dddd');

  const failure = { type: 'not-delivered', receiver: 1, status: 'down', reason: 'status 503' };
  assert.deepEqual(
    world.events.filter(({ type }) => type === 'not-delivered'),
    [failure, failure],
  );
});

test('a round does not wait for a receiver that is slow, which gets everything in order', async () => {
  const answers: (() => void)[] = [];
  const got: Notification[] = [];
  const slow = {
    send(notification: Notification) {
      got.push(notification);
      return new Promise<undefined>((resolve) => answers.push(() => resolve(undefined)));
    },
  };
  const watcher = await watcherOn([slow], { thresholds: { downAfter: 1, upAfter: 1 } });

  for (const [i, isGood] of [false, true, false].entries()) await watcher.conclude(roundNo(i + 1, isGood));
  while (answers.length > 0) {
    answers.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
  }

  assert.deepEqual(statuses(got), ['down', 'up', 'down']);
});

test('a webhook put right after a restart gets what it missed, and one that is gone is forgotten', async () => {
  const store = memoryStateStore();
  const [wrong, gone, right] = [fakeReceiver(), fakeReceiver(), fakeReceiver()];
  wrong.isWell = false;
  gone.isWell = false;

  await play(await watcherOn([wrong, gone], { store }), 'ddd');
  await play(await watcherOn([right], { store }), 'd', 4);

  assert.deepEqual(statuses(right.got), ['down']);
  assert.deepEqual((await store.load())?.owed, [[]]);
});

test('a thousand owed notifications are kept, and of more the oldest pairs go', async () => {
  const receiver = fakeReceiver();
  receiver.isWell = false;
  const watcher = await watcherOn([receiver], { thresholds: { downAfter: 1, upAfter: 1 } });

  await play(watcher, 'du'.repeat(505));
  receiver.isWell = true;
  await play(watcher, 'u', 1011);

  assert.equal(receiver.got.length, 1000);
  assert.deepEqual(statuses(receiver.got), alternating(1000));
});

test('a state that cannot be saved is told of, and is saved later', async () => {
  const world = recordedEvents();
  const inner = memoryStateStore();
  let isFull = false;
  const store: StateStore = {
    load: inner.load,
    save: (state) => (isFull ? Promise.reject(new Error('ENOSPC')) : inner.save(state)),
  };
  const receiver = fakeReceiver();
  const watcher = await watcherOn([receiver], { store, world });

  isFull = true;
  await play(watcher, 'ddd');
  isFull = false;
  await play(watcher, 'd', 4);

  assert.deepEqual(
    world.events.find(({ type }) => type === 'state-not-saved'),
    {
      type: 'state-not-saved',
      reason: 'ENOSPC',
    },
  );
  assert.equal((await store.load())?.status, 'down');
  assert.deepEqual(statuses(receiver.got), ['down']);
});

test('the state of another address is left aside', async () => {
  const world = recordedEvents();
  const store = memoryStateStore();
  await play(await watcherOn([], { store }), 'ddd');
  const saved = await store.load();
  assert.ok(saved);
  await store.save({ ...saved, url: 'https://other.example' });

  const receiver = fakeReceiver();
  await play(await watcherOn([receiver], { store, world }), 'uuu');

  assert.deepEqual(receiver.got, []);
  assert.deepEqual(world.events, [{ type: 'state-of-another', url: 'https://other.example' }]);
});

const anyStep = fc.record({ isGood: fc.boolean(), isWell: fc.boolean(), restarts: fc.boolean() });

test('for any rounds, failing webhooks and restarts, exactly the promised notifications arrive', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyStep, { maxLength: 40 }), async (steps) => {
      const [promised, receiver, store] = [fakeReceiver(), fakeReceiver(), memoryStateStore()];
      const unfailing = await watcherOn([promised], {});
      let watcher = await watcherOn([receiver], { store });

      for (const [i, { isGood, isWell, restarts }] of steps.entries()) {
        receiver.isWell = isWell;
        if (restarts) watcher = await watcherOn([receiver], { store });
        for (const each of [unfailing, watcher]) await play(each, isGood ? 'u' : 'd', i + 1);
        assert.deepEqual(receiver.got, promised.got.slice(0, receiver.got.length));
      }
      receiver.isWell = true;
      for (const each of [unfailing, watcher]) await play(each, 'u', steps.length + 1);

      assert.deepEqual(receiver.got, promised.got);
      assert.deepEqual(statuses(promised.got), alternating(promised.got.length));
    }),
  );
});

function statuses(notifications: readonly Notification[]): string[] {
  return notifications.map(({ status }) => status);
}

function alternating(length: number): string[] {
  return Array.from({ length }, (_, i) => (i % 2 === 0 ? 'down' : 'up'));
}
