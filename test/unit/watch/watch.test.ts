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

test('a round begins each interval, however long the one before took', async () => {
  const clock = fakeClock();
  const answer: Ask = (_question, signal) => clock.sleep(300, signal).then(() => GOOD);
  const { rounds, stop, ended } = await watchEachSecond(clock, answer);

  await clock.advance(3100);
  stop();
  await ended;

  assert.deepEqual(rounds(), [0, 1000, 2000, 3000]);
});

test('rounds never overlap: one that takes longer than the interval is followed at once', async () => {
  const clock = fakeClock();
  const answer: Ask = (_question, signal) => clock.sleep(1700, signal).then(() => GOOD);
  const { rounds, stop, ended } = await watchEachSecond(clock, answer);

  await clock.advance(5000);
  stop();
  await ended;

  assert.deepEqual(rounds(), [0, 1700, 3400]);
});

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
