import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Pace } from '../../../src/upstream/batch.ts';
import { leavableCall, testCall } from '../../support/call.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { endOf, soFar } from '../../support/layer.ts';
import { startBatched } from './batched-under-test.ts';

const BATCH_MS = 400;
const BATCHES = 12;
const DEADLINE = 100_000;
const FIVE = Array<number>(5).fill(1000);
const PAUSED = 'UPSTREAM_UNREACHABLE';
const ALL_WAIT = 'waits waits waits waits waits';

/**
 * Each row has a script for a busy queue. After the script, new texts arrive together. The row lists how many milliseconds each has
 * left, and the result of each. `leave 2`: the last two waiting callers leave. `finish 3`: three batches finish one after the
 * other. `work 1`: the queue is filled as at the start. `pause 500`: the gate pauses for 500 ms.
 */
for (const [what, script, ms, seen] of [
  // The first text waits behind 2 others, for 3 × 400 ms, which is half of 2400 ms. The second one would wait behind 3 others, for
  // 4 × 400 ms, which is more than half of 3000 ms.
  ['a text that would wait for over half of its time is refused', '', [2400, 3000], 'waits OVERLOADED'],
  ['a caller that leaves does not change the estimate for others', 'leave 1', [1500], 'OVERLOADED'],
  ['the time after all have left is not counted', 'leave 2, finish 1, +60000', FIVE, ALL_WAIT],
  ['the time after all have been sent is not counted', 'finish 3, +60000', FIVE, ALL_WAIT],
  ['idle time before new texts is not counted', 'finish 3, +60000, work 1', [2400, 3000], 'waits OVERLOADED'],
  [
    'the time after a pause has refused all is not counted',
    'finish 1, pause 200000, +200000',
    FIVE,
    ALL_WAIT,
  ],
  ['the time of a pause is counted', 'pause 10000, finish 1, +10000', [3000], 'OVERLOADED'],
  ['in a pause, the time after it decides', 'pause 1000', [3399, 3400, 1000], `OVERLOADED waits ${PAUSED}`],
] as const) {
  test(what, async () => {
    const { play, askWithin, world } = await startBusy();
    await play(script);

    const ends = await Promise.all(ms.map((each) => askWithin(each)).map(soFar));

    assert.equal(ends.join(' '), seen);
    const reasons = world.emitted('shed').map(({ reason }) => reason);
    assert.deepEqual(reasons, seen.includes('OVERLOADED') ? ['misses'] : []);
  });
}

for (const [what, busy, asked] of [
  ['two at most', { maxItems: 2 }, 'new'],
  ['two that fill a batch with their characters', { maxItems: 64, text: 'x'.repeat(16_383) }, 'new'],
  ['two at most, and one that is longer than a batch', { maxItems: 2 }, 'x'.repeat(100_000)],
] as const) {
  test(`texts that will travel together wait together: ${what}`, async () => {
    const { askWithin } = await startBusy({ ...busy, together: 2 });

    // With the two new texts, five texts wait. They fill three batches.
    const ends = await Promise.all([2399, 2400].map((ms) => askWithin(ms, asked)).map(soFar));

    assert.deepEqual(ends, ['OVERLOADED', 'waits']);
  });
}

test('texts that come during a pause travel together when it is over', async () => {
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
  test(`a pause of 2 s refuses at once a text with 2000 ms left, in a queue of texts with ${order.join(' and ')} ms left`, async () => {
    const { gate, shout, clock, upstream } = startBatched({ maxItems: 1 });
    gate.pause(2000);
    const ends = order.map((ms) => endOf(shout(`${ms}`, testCall({ deadline: clock.now() + ms }))));

    const atOnce = await Promise.all(ends.map(soFar));
    await clock.advance(2500);

    for (const [i, ms] of order.entries())
      assert.equal(Object(atOnce[i]).retryAfterMs, ms === 2000 ? 2000 : undefined);
    assert.deepEqual(upstream.calls, ['3000']);
  });
}

/** The times between batches, and the estimated wait for a room of 20. An interval of 100 ms adds 1 to the room of a batch. */
for (const [what, intervals, waitMs] of [
  ['with seven intervals it is unknown', Array(7).fill(400), 0],
  ['eight equal ones are the estimate', Array(8).fill(400), 2000],
  ['each later one counts for a fifth', [1000, ...Array(6).fill(400), 900], 2503],
  ['those before a reset do not count', [9, 9, Number.NaN, 60_000, ...Array(8).fill(400)], 2000],
] as const) {
  test(`the estimated wait, from the intervals between batches: ${what}`, async () => {
    const clock = fakeClock();
    const pace = new Pace(clock);
    pace.batchLeft(0);

    for (const interval of intervals) {
      if (Number.isNaN(interval)) pace.reset();
      else await clock.advance(interval).then(() => pace.batchLeft(interval / 100));
    }

    assert.equal(Math.round(pace.waitMs(20)), waitMs);
  });
}

/** A queue whose batches have left every 400 ms for a while. One batch is under way, and two more wait. */
async function startBusy({ maxItems = 1, together = 1, text = 'busy' } = {}) {
  const batched = startBatched({ maxItems });
  const { upstream, clock } = batched;
  const callers = Array.from({ length: (BATCHES + 2) * together }, leavableCall);
  upstream.hold();
  await work();
  return { ...batched, askWithin, play };

  async function work(): Promise<void> {
    for (const { call } of callers) batched.shout(text, { ...call, deadline: DEADLINE }).catch(() => {});
    for (let i = 0; i < BATCHES - 1; i++) {
      await clock.advance(BATCH_MS);
      await finish();
    }
  }

  async function play(script: string): Promise<void> {
    for (const [, does, number] of script.matchAll(/(\+|leave |finish |work |pause )(\d+)/g)) {
      const count = Number(number);
      if (does === '+') await clock.advance(count);
      if (does === 'leave ') for (const caller of callers.slice(-count)) caller.leave();
      if (does === 'finish ') for (let i = 0; i < count; i++) await finish();
      if (does === 'work ') for (let i = 0; i < count; i++) await work();
      if (does === 'pause ') batched.gate.pause(count);
    }
  }

  async function finish(): Promise<void> {
    upstream.answerHeld();
    await clock.advance(0);
  }

  async function askWithin(ms: number, asked = 'new'): Promise<unknown> {
    return Object(await endOf(batched.shout(asked, testCall({ deadline: clock.now() + ms })))).code;
  }
}
