import assert from 'node:assert/strict';
import { test } from 'node:test';
import { leavableCall, testCall } from '../../support/call.ts';
import { endOf, soFar } from '../../support/layer.ts';
import { startBatched } from './batched-under-test.ts';

const BATCH_MS = 400;

test('a string that would wait for more than half of its time is refused at once', async () => {
  const { askWithin, world } = await startBusy();

  const early = askWithin(2400);
  const late = askWithin(3000);

  // Before them are 2 and 3 strings: 3 × 400 ms is half of 2400 ms, 4 × 400 ms is more than half of 3000 ms.
  assert.deepEqual([await soFar(early), await soFar(late)], ['waits', 'OVERLOADED']);
  assert.equal(world.told('shed').length, 1);
});

test('fewer measurements than eight refuse nobody', async () => {
  const { askWithin } = await startBusy({ batches: 8 });
  for (let i = 0; i < 20; i++) void askWithin(3000);

  assert.equal(await soFar(askWithin(3000)), 'waits');
});

test('strings that will travel together wait together', async () => {
  const { askWithin } = await startBusy({ maxItems: 2 });

  assert.equal(await soFar(askWithin(3000)), 'waits');
});

test('a caller that leaves does not change the estimate for those behind it', async () => {
  const { askWithin, leave } = await startBusy();

  leave(1);

  assert.equal(await soFar(askWithin(1500)), 'OVERLOADED');
});

for (const how of ['left', 'been sent'] as const) {
  test(`the time in which nothing waited, because all had ${how}, says nothing about the pace`, async () => {
    const { askWithin, leave, finish, clock } = await startBusy();
    if (how === 'left') leave(2);
    for (let i = 0; i < 3; i++) await finish();
    await clock.advance(60_000);

    const asked = ['a', 'b', 'c', 'd', 'e'].map(() => askWithin(3000));
    await clock.advance(0);

    assert.deepEqual(await Promise.all(asked.slice(3).map(soFar)), ['waits', 'waits']);
  });
}

test('the time of a pause says nothing about the pace', async () => {
  const { askWithin, finish, gate, clock } = await startBusy();
  gate.pause(10_000);
  await finish();
  await clock.advance(10_000);

  assert.equal(await soFar(askWithin(3000)), 'waits');
});

test('strings that come during a pause travel together when it is over', async () => {
  const { gate, shout, upstream, clock } = startBatched({ connections: 4 });
  gate.pause(2000);
  const shouts = [shout('one')];
  await clock.advance(0);
  shouts.push(shout('two'));

  await clock.advance(1999);
  const before = [...upstream.calls];
  await clock.advance(1);
  await Promise.all(shouts);

  assert.deepEqual([before, upstream.calls], [[], ['one\ntwo']]);
});

for (const order of [
  [2000, 3000],
  [3000, 2000],
]) {
  test(`of strings with ${order.join(' and ')} ms left, a pause of 2 s refuses that with 2000 ms at once`, async () => {
    const { gate, shout, clock, upstream } = startBatched();
    gate.pause(2000);
    const ends = order.map((ms) => endOf(shout(`${ms}`, testCall({ deadline: clock.now() + ms }))));

    const atOnce = await Promise.all(ends.map(soFar));
    await clock.advance(2500);

    for (const [i, ms] of order.entries())
      assert.equal(Object(atOnce[i]).retryAfterMs, ms === 2000 ? 2000 : undefined);
    assert.deepEqual(upstream.calls, ['3000']);
  });
}

/** Batches have left every 400 ms for a while; one is under way, two more wait. */
async function startBusy({ batches = 12, maxItems = 1 } = {}) {
  const batched = startBatched({ maxItems });
  const { upstream, clock } = batched;
  const callers = Array.from({ length: (batches + 2) * maxItems }, leavableCall);
  upstream.hold();
  for (const { call } of callers) batched.shout('busy', call).catch(() => {});
  for (let i = 0; i < batches - 1; i++) {
    await clock.advance(BATCH_MS);
    await finish();
  }
  return { ...batched, askWithin, finish, leave };

  /** So many of those that wait give up, the last ones first. */
  function leave(count: number): void {
    for (const caller of callers.slice(-count)) caller.leave();
  }

  async function finish(): Promise<void> {
    upstream.answerHeld();
    await clock.advance(0);
  }

  async function askWithin(ms: number): Promise<unknown> {
    return Object(await endOf(batched.shout('new', testCall({ deadline: clock.now() + ms })))).code;
  }
}
