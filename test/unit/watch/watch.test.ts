import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { PlayRound } from '../../../src/watch/round.ts';
import type { Notification } from '../../../src/watch/standing.ts';
import { noStateStore } from '../../../src/watch/state-store.ts';
import { startWatch } from '../../../src/watch/watch.ts';
import { type FakeClock, fakeClock, settled } from '../../support/fake-clock.ts';
import { soFar } from '../../support/layer.ts';
import { pick } from '../../support/pick.ts';
import { at, fakeReceiver, memoryStore, recordedEvents, roundNo, URL, watchOf } from './watch-under-test.ts';

test('a service that goes down and comes back is two notifications with all that is known', async () => {
  const receiver = fakeReceiver();

  await (await watchOf([receiver])).play('udddduuu');

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

test('each failed round, each change and each failed delivery is reported', async () => {
  const world = recordedEvents();
  const receiver = { send: async () => 'status 503' };

  await (await watchOf([receiver], { world })).play('ddduu');

  const failed = 'round-failed';
  const owed = 'not-delivered';
  assert.deepEqual(pick(world.events, 'type'), [failed, failed, failed, 'down', owed, owed, 'up', owed]);
  assert.deepEqual(world.events.at(-1), {
    ...{ type: owed, receiver: 1, status: 'down', reason: 'status 503' },
  });
});

test('a notification that one receiver did not get comes later, in order, and to that one alone', async () => {
  const [well, ill] = [fakeReceiver(), fakeReceiver()];
  const watch = await watchOf([well, ill]);

  ill.isWell = false;
  await watch.play('ddduu');
  ill.isWell = true;
  await watch.play('u');

  assert.deepEqual(statuses(well.got), ['down', 'up']);
  assert.deepEqual(ill.got, well.got);
});

test('a round does not wait for a slow receiver, which gets everything in order', async () => {
  const answers: (() => void)[] = [];
  const got: Notification[] = [];
  const slow = {
    send(notification: Notification) {
      got.push(notification);
      return new Promise<undefined>((resolve) => answers.push(() => resolve(undefined)));
    },
  };
  const watch = await watchOf([slow], { thresholds: { downAfter: 1, upAfter: 1 } });

  for (const letter of 'dud') await watch.once(letter);
  while (answers.length > 0) {
    answers.shift()?.();
    await settled();
  }

  assert.deepEqual(statuses(got), ['down', 'up', 'down']);
});

test('a webhook corrected before a restart gets what it missed, and one that is gone is forgotten', async () => {
  const store = memoryStore();
  const [wrong, gone, right] = [fakeReceiver(), fakeReceiver(), fakeReceiver()];
  wrong.isWell = false;
  gone.isWell = false;

  await (await watchOf([wrong, gone], { store })).play('ddd');
  await (await watchOf([right], { store })).play('d');

  assert.deepEqual(statuses(right.got), ['down']);
  assert.deepEqual(store.saved?.owed, [[]]);
});

test('of more than a thousand owed notifications, the oldest pairs after the first are dropped', async () => {
  const world = recordedEvents();
  const receiver = fakeReceiver();
  receiver.isWell = false;
  const watch = await watchOf([receiver], { world, thresholds: { downAfter: 1, upAfter: 1 } });

  await watch.play('du'.repeat(505));
  receiver.isWell = true;
  await watch.play('u');

  assert.deepEqual(statuses(receiver.got), alternating(1000));
  assert.deepEqual(pick(receiver.got.slice(0, 2), 'since'), [at(1), at(12)]);
  const dropped = world.events.filter(({ type }) => type === 'dropped');
  assert.deepEqual(dropped, Array(5).fill({ type: 'dropped', receiver: 1 }));
});

test('a round resolves with its outcome when the state is saved', async () => {
  const store = memoryStore();
  const watch = await watchOf([], { store });
  const { promise: saved, resolve } = Promise.withResolvers<void>();
  store.save = () => saved;

  const round = watch.once('d');
  const before = await soFar(round);
  resolve();

  assert.deepEqual([before, await round], ['waits', roundNo(1, false)]);
});

test('a state that cannot be saved is reported, and saved later', async () => {
  const world = recordedEvents();
  const store = memoryStore();
  const { save } = store;
  const receiver = fakeReceiver();
  const watch = await watchOf([receiver], { store, world });

  store.save = () => Promise.reject(new Error('ENOSPC'));
  await watch.play('ddd');
  store.save = save;
  await watch.play('d');

  const failures = world.events.filter(({ type }) => type === 'state-not-saved');
  assert.deepEqual(failures[0], { type: 'state-not-saved', reason: 'ENOSPC' });
  assert.equal(store.saved?.status, 'down');
  assert.deepEqual(statuses(receiver.got), ['down']);
});

test('a state is saved again only after a change', async () => {
  let saves = 0;
  const store = { load: async () => undefined, save: async () => void saves++ };
  const watch = await watchOf([fakeReceiver()], { store });
  await watch.play('u');
  const before = saves;

  await watch.play('uuu');
  const unchanged = saves;
  await watch.play('d');

  assert.deepEqual([unchanged, saves], [before, before + 1]);
});

test('the state of another address is not used, and that is reported', async () => {
  const world = recordedEvents();
  const store = memoryStore();
  await (await watchOf([], { store })).play('ddd');
  assert.ok(store.saved);
  store.saved = { ...store.saved, url: 'https://other.example' };
  const receiver = fakeReceiver();

  await (await watchOf([receiver], { store, world })).play('uuu');

  assert.deepEqual(receiver.got, []);
  assert.deepEqual(world.events, [{ type: 'state-of-another', url: 'https://other.example' }]);
});

const anyStep = fc.record({ isGood: fc.boolean(), isWell: fc.boolean(), restarts: fc.boolean() });

test('for any rounds, failing webhooks and restarts, exactly the promised notifications arrive', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyStep, { maxLength: 40 }), async (steps) => {
      const [promised, receiver, store] = [fakeReceiver(), fakeReceiver(), memoryStore()];
      const unfailing = await watchOf([promised]);
      let watch = await watchOf([receiver], { store });

      for (const [i, { isGood, isWell, restarts }] of steps.entries()) {
        receiver.isWell = isWell;
        if (restarts) watch = await watchOf([receiver], { store, from: i + 1 });
        for (const each of [unfailing, watch]) await each.play(isGood ? 'u' : 'd');
        assert.deepEqual(receiver.got, promised.got.slice(0, receiver.got.length));
      }
      receiver.isWell = true;
      for (const each of [unfailing, watch]) await each.play('u');

      assert.deepEqual(receiver.got, promised.got);
      assert.deepEqual(statuses(promised.got), alternating(promised.got.length));
    }),
  );
});

function statuses(notifications: readonly Notification[]): string[] {
  return pick(notifications, 'status');
}

function alternating(length: number): string[] {
  return Array.from({ length }, (_, i) => (i % 2 === 0 ? 'down' : 'up'));
}

/** A watch with a round each second; `begun` are the milliseconds from the start at which rounds began. */
async function watchEachSecond(clock: FakeClock, playRound: PlayRound) {
  const stopping = new AbortController();
  const begun: number[] = [];
  const startedAt = clock.now();
  const parts = {
    playRound(signal: AbortSignal) {
      begun.push(clock.now() - startedAt);
      return playRound(signal);
    },
    ...{ receivers: [], store: noStateStore, signal: stopping.signal },
  };
  const options = { url: URL, downAfter: 3, upAfter: 2 };
  const watch = await startWatch(parts, options, { clock, ...recordedEvents() });
  return { begun, stop: () => stopping.abort(), ended: watch.every(1000) };
}

for (const [what, ms, expected] of [
  ['a round begins each interval, however long the one before took', 300, [0, 1000, 2000, 3000]],
  ['rounds never overlap: one that takes longer is followed at once', 1700, [0, 1700, 3400]],
] as const) {
  test(what, async () => {
    const clock = fakeClock();
    const playRound: PlayRound = (signal) => clock.sleep(ms, signal).then(() => roundNo(1, true));
    const { begun, stop, ended } = await watchEachSecond(clock, playRound);

    await clock.advance(3900);
    stop();
    await ended;

    assert.deepEqual(begun, expected);
  });
}

for (const [when, ms] of [
  ['within a round', 700],
  ['between two rounds', 0],
] as const) {
  test(`a watch stops at once ${when}, and leaves no timer`, async () => {
    const clock = fakeClock();
    const playRound: PlayRound = (signal) => clock.sleep(ms, signal).then(() => roundNo(1, true));
    const { stop, ended } = await watchEachSecond(clock, playRound);
    await clock.advance(500);

    stop();

    await ended;
    assert.equal(clock.timers(), 0);
  });
}

test('an error of a round ends the watch', async () => {
  const { ended } = await watchEachSecond(fakeClock(), async () => {
    throw new Error('a bug');
  });

  await assert.rejects(ended, /a bug/);
});
