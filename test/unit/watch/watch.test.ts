import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Ask, Probe } from '../../../src/watch/round.ts';
import { memoryStateStore } from '../../../src/watch/state-store.ts';
import { startWatch } from '../../../src/watch/watch.ts';
import { type FakeClock, fakeClock, settled } from '../../support/fake-clock.ts';
import { recordedEvents, URL } from './watch-under-test.ts';

/** A watch with a round each second on a clock that stands still; `begun` are the times when questions were asked. */
async function watchEachSecond(clock: FakeClock, answer: Ask) {
  const stopping = new AbortController();
  const begun: number[] = [];
  const ask: Ask = (question, signal) => {
    begun.push(clock.now());
    return answer(question, signal);
  };
  const parts = { ask, receivers: [], store: memoryStateStore(), signal: stopping.signal };
  const options = { url: URL, downAfter: 3, upAfter: 2 };
  const watch = await startWatch(parts, options, { clock, ...recordedEvents() });
  const startedAt = clock.now();
  const ended = watch.every(1000);
  return {
    stop: () => stopping.abort(),
    ended,
    /** Milliseconds from the start, one for each round. */
    rounds: () => [...new Set(begun.map((ms) => ms - startedAt))],
  };
}

const GOOD: Probe = { durationMs: 0, failure: undefined };

for (const [what, ms, expected] of [
  ['a round begins each interval, however long the one before took', 300, [0, 1000, 2000, 3000]],
  ['rounds never overlap: one that takes longer is followed at once', 1700, [0, 1700, 3400]],
] as const) {
  test(what, async () => {
    const clock = fakeClock();
    const answer: Ask = (_question, signal) => clock.sleep(ms, signal).then(() => GOOD);
    const { rounds, stop, ended } = await watchEachSecond(clock, answer);

    await clock.advance(3900);
    stop();
    await ended;

    assert.deepEqual(rounds(), expected);
  });
}

test('it stops at once between rounds, and leaves no timer', async () => {
  const clock = fakeClock();
  const { stop, ended } = await watchEachSecond(clock, async () => GOOD);
  await clock.advance(500);

  stop();

  await ended;
  assert.equal(clock.timers(), 0);
});

test('it stops at once within a round', async () => {
  const clock = fakeClock();
  const answer: Ask = (_question, signal) =>
    new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  const { stop, ended } = await watchEachSecond(clock, answer);
  await settled();

  stop();

  await ended;
});
