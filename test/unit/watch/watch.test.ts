import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { noStateStore } from '../../../src/watch/state-store.ts';
import { startWatch } from '../../../src/watch/watch.ts';
import type { Notification } from '../../../src/watch/watch-state.ts';
import { fakeClock, settled } from '../../support/fake-clock.ts';
import { soFar } from '../../support/layer.ts';
import { pick } from '../../support/pick.ts';
import {
  at,
  FIRST_STATE,
  fakeReceiver,
  memoryStore,
  recordedEvents,
  roundNo,
  URL,
  watchOf,
} from './watch-under-test.ts';

const QUICK = { downAfter: 1, upAfter: 1 };

test('a service that goes down and comes back causes two notifications with all that is known', async () => {
  const { play, got } = await watchOf();

  await play('udddduuu');

  const about = { url: URL, freshMs: 20, knownMs: 10 };
  assert.deepEqual(got, [
    {
      ...{ status: 'down', ...about, since: at(2), at: at(4) },
      ...{ cause: 'service', reason: 'nothing is answered', downMs: null },
    },
    {
      ...{ status: 'up', ...about, since: at(6), at: at(7) },
      ...{ cause: null, reason: 'fresh and known texts are answered', downMs: 4 * 60_000 },
    },
  ]);
});

test('each failed round, each change and each failed delivery is reported', async () => {
  const { play, events, receiver } = await watchOf();
  receiver.isWell = false;

  await play('ddduu');

  const failed = 'round-failed';
  const owed = 'not-delivered';
  assert.deepEqual(pick(events, 'type'), [failed, failed, failed, 'down', owed, owed, 'up', owed]);
  assert.deepEqual(events.at(-1), { type: owed, receiver: 1, status: 'down', reason: 'status 503' });
});

test('a round does not wait for a slow receiver, which gets everything in order', async () => {
  const answers: (() => void)[] = [];
  const { send, got } = fakeReceiver();
  const slow = {
    async send(notification: Notification) {
      await send(notification);
      return new Promise<undefined>((resolve) => answers.push(() => resolve(undefined)));
    },
  };
  const { once } = await watchOf({ receivers: [slow], thresholds: QUICK });

  for (const letter of 'dud') await once(letter);
  while (answers.length > 0) {
    answers.shift()?.();
    await settled();
  }

  assert.deepEqual(statuses(got), ['down', 'up', 'down']);
});

test('a webhook that is corrected before a restart gets what it missed, and one that was removed is forgotten', async () => {
  const [wrong, gone] = [fakeReceiver(), fakeReceiver()];
  wrong.isWell = false;
  gone.isWell = false;
  const before = await watchOf({ receivers: [wrong, gone] });

  await before.play('ddd');
  const { play, got, store } = await watchOf({ store: before.store });
  await play('d');

  assert.deepEqual(statuses(got), ['down']);
  assert.deepEqual(store.saved?.owed, [[]]);
});

test('if more than a thousand notifications are undelivered, the oldest pairs after the first one are dropped', async () => {
  const { play, receiver, got, events } = await watchOf({ thresholds: QUICK });
  receiver.isWell = false;

  await play('du'.repeat(505));
  receiver.isWell = true;
  await play('u');

  assert.deepEqual(statuses(got), alternating(1000));
  assert.deepEqual(pick(got.slice(0, 2), 'since'), [at(1), at(12)]);
  const dropped = events.filter(({ type }) => type === 'dropped');
  assert.deepEqual(dropped, Array(5).fill({ type: 'dropped', receiver: 1 }));
});

test('a round resolves with its outcome when the state is saved', async () => {
  const { once, store } = await watchOf();
  const { promise: saved, resolve } = Promise.withResolvers<void>();
  store.save = () => saved;

  const round = once('d');
  const before = await soFar(round);
  resolve();

  assert.deepEqual([before, await round], ['waits', roundNo(1, false)]);
});

test('a state that cannot be saved is reported, and saved later', async () => {
  const { play, events, store, got } = await watchOf();
  const { save } = store;

  store.save = () => Promise.reject(new Error('ENOSPC'));
  await play('ddd');
  store.save = save;
  await play('d');

  const failures = events.filter(({ type }) => type === 'state-not-saved');
  assert.deepEqual(failures[0], { type: 'state-not-saved', reason: 'ENOSPC' });
  assert.equal(store.saved?.status, 'down');
  assert.deepEqual(statuses(got), ['down']);
});

test('a state is saved again only after a change', async () => {
  const { play, store } = await watchOf();
  let saves = 0;
  store.save = async () => void saves++;
  await play('d');
  const before = saves;

  await play('uuu');
  const unchanged = saves;
  await play('d');

  assert.deepEqual([unchanged, saves], [before + 1, before + 2]);
});

test('the state of another address is not used, and that is reported', async () => {
  const store = memoryStore();
  store.saved = { ...FIRST_STATE, status: 'down', url: 'https://other.example' };

  const { play, got, events } = await watchOf({ store });
  await play('uuu');

  assert.deepEqual(got, []);
  assert.deepEqual(events, [{ type: 'state-of-another', url: 'https://other.example' }]);
});

const anyStep = fc.record({
  isGood: fc.boolean(),
  wells: fc.tuple(fc.boolean(), fc.boolean()),
  restarts: fc.boolean(),
});

test('for any rounds, failing webhooks and restarts, each gets exactly the promised notifications in order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyStep, { maxLength: 40 }), async (steps) => {
      const receivers = [fakeReceiver(), fakeReceiver()];
      const { got: promised, play } = await watchOf();
      let watch = await watchOf({ receivers });
      const { store } = watch;

      for (const [i, { isGood, wells, restarts }] of steps.entries()) {
        for (const [j, receiver] of receivers.entries()) receiver.isWell = wells[j] ?? true;
        if (restarts) watch = await watchOf({ receivers, store, from: i + 1 });
        for (const each of [play, watch.play]) await each(isGood ? 'u' : 'd');
        for (const { got } of receivers) assert.deepEqual(got, promised.slice(0, got.length));
      }
      for (const receiver of receivers) receiver.isWell = true;
      for (const each of [play, watch.play]) await each('u');

      assert.deepEqual(pick(receivers, 'got'), [promised, promised]);
      assert.deepEqual(statuses(promised), alternating(promised.length));
    }),
  );
});

function statuses(notifications: readonly Notification[]): string[] {
  return pick(notifications, 'status');
}

function alternating(length: number): string[] {
  return Array.from({ length }, (_, i) => (i % 2 === 0 ? 'down' : 'up'));
}

/** A watch that begins a round each second. Each round takes `roundMs`. `begun` has the start of each round in milliseconds. */
async function watchEachSecond(roundMs: number, bug?: Error) {
  const clock = fakeClock();
  const stopping = new AbortController();
  const begun: number[] = [];
  const startedAt = clock.now();
  const parts = {
    async playRound(signal: AbortSignal) {
      begun.push(clock.now() - startedAt);
      await clock.sleep(roundMs, signal);
      if (bug) throw bug;
      return roundNo(1, true);
    },
    ...{ receivers: [], store: noStateStore, signal: stopping.signal },
  };
  const options = { url: URL, downAfter: 3, upAfter: 2 };
  const watch = await startWatch(parts, options, { clock, ...recordedEvents() });
  return { clock, begun, stop: () => stopping.abort(), ended: watch.every(1000) };
}

for (const [what, roundMs, expected] of [
  ['a round begins each interval, however long the one before took', 300, [0, 1000, 2000, 3000]],
  ['rounds never overlap: one that takes longer is followed at once', 1700, [0, 1700, 3400]],
] as const) {
  test(what, async () => {
    const { clock, begun, stop, ended } = await watchEachSecond(roundMs);

    await clock.advance(3900);
    stop();
    await ended;

    assert.deepEqual(begun, expected);
  });
}

for (const [when, roundMs] of Object.entries({ 'within a round': 700, 'between two rounds': 0 })) {
  test(`a watch stops at once ${when}, and leaves no timer`, async () => {
    const { clock, stop, ended } = await watchEachSecond(roundMs);
    await clock.advance(500);

    stop();

    await ended;
    assert.equal(clock.timers(), 0);
  });
}

test('an error of a round ends the watch', async () => {
  const { clock, ended } = await watchEachSecond(0, new Error('a bug'));
  const failed = assert.rejects(ended, /a bug/);

  await clock.advance(0);

  await failed;
});
