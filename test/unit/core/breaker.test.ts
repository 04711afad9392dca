import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Breaker } from '../../../src/core/breaker.ts';
import type { BreakerState } from '../../../src/core/events.ts';
import { fakeClock } from '../../support/fake-clock.ts';

/**
 * The steps of a script: after `+9`, 9 ms have passed; `call 9` makes 9 calls; `fail 9` makes 9 calls that the breaker lets through
 * and that fail; `report failure 9` reports 9 failures of calls that it let through earlier.
 */
const OPEN = 'fail 9, +1000, fail 1';
const HALF_OPEN = `${OPEN}, +1000, call 3`;
const REOPENED = `${OPEN}, +1000, fail 3`;
const GOOD = 'report success 1';
const CASES: readonly [what: string, script: string, state: BreakerState, retryAfterMs?: number][] = [
  ['a closed breaker asks no one to wait', '', 'closed'],
  ['ten failures in a row that span a second open it', OPEN, 'open', 1000],
  ['the span begins with the first failure', 'fail 1, +1000, fail 9', 'open', 1000],
  ['a burst of failures within a second does not open it', 'fail 50, +999, fail 50', 'closed'],
  ['nine failures do not open it, however long they take', 'fail 1, +60000, fail 8', 'closed'],
  ['a success resets count and span', 'fail 9, +1000, report success 1, fail 10, +999, fail 1', 'closed'],
  ['neutral verdicts are not failures', 'fail 9, +1000, report neutral 100', 'closed'],
  ['neutral ones interrupt no row of failures', 'fail 9, +1000, report neutral 100, fail 1', 'open', 1000],
  ['while it is open it knows how much time is left', `${OPEN}, +300`, 'open', 700],
  ['a call that comes too early changes nothing', `${OPEN}, +999, call 1`, 'open', 1],
  ['a call that comes in time makes it half open', `${OPEN}, +1000, call 1`, 'half-open'],
  ['one successful probe closes it', `${OPEN}, +1000, call 1, report success 1`, 'closed'],
  ['a good probe among failed ones closes it', `${HALF_OPEN}, report failure 2, report success 1`, 'closed'],
  ['a late success closes it while it is open', `call 1, ${OPEN}, report success 1`, 'closed'],
  ['late failures, while it is open, change nothing', `${OPEN}, report failure 20`, 'open', 1000],
  ['two failed probes of three do not open it', `${HALF_OPEN}, report failure 2`, 'half-open'],
  ['a failed round of probes doubles the time', REOPENED, 'open', 2000],
  ['the next failed round doubles it again', `${REOPENED}, +2000, fail 3`, 'open', 4000],
  ['the time doubles up to five seconds', `${REOPENED}, +2000, fail 3, +4000, fail 3`, 'open', 5000],
  ['once closed, its time is the shortest', `${REOPENED}, +2000, call 1, ${GOOD}, ${OPEN}`, 'open', 1000],
  ['a late success makes its time short, too', `call 1, ${REOPENED}, ${GOOD}, ${OPEN}`, 'open', 1000],
];
for (const [what, script, state, retryAfterMs = 0] of CASES) {
  test(what, async () => {
    const { breaker, play, clock } = startBreaker();

    await play(script);

    assert.deepEqual([breaker.state, breaker.retryAfterMs, clock.timers()], [state, retryAfterMs, 0]);
  });
}

for (const [what, script, entered] of [
  ['when it is closed', '', 500],
  ['while it is open', `${OPEN}, +999`, 0],
  ['while it is open again', `${OPEN}, +1000, call 1, ${GOOD}, ${OPEN}, +999`, 0],
  ['when its time is over', `${OPEN}, +1000`, 3],
  ['once all probes are under way', HALF_OPEN, 0],
  ['after a probe that said nothing', `${HALF_OPEN}, report neutral 1`, 1],
] as const) {
  test(`of 500 callers that come ${what}, ${entered} are let through`, async () => {
    const { play } = startBreaker();
    await play(script);

    assert.equal(await play('call 500'), entered);
  });
}

test('the breaker opens for up to a quarter longer, but at most 5 s, so that processes do not probe at the same time', async () => {
  const { breaker, clock, play } = startBreaker();
  clock.setRandom(0.8);

  await play(OPEN);
  const first = breaker.retryAfterMs;
  await play('+1200, fail 3, +2400, fail 3, +4800, fail 3');

  assert.deepEqual([first, breaker.retryAfterMs], [1200, 5000]);
});

test('each change is reported once, begins a new round, and has happened by then', async () => {
  const { play, reported } = startBreaker();

  await play(`${HALF_OPEN}, report success 2`);

  assert.deepEqual(reported, [
    { reported: 'open', state: 'open', round: 1, retryAfterMs: 1000 },
    { reported: 'half-open', state: 'half-open', round: 2, retryAfterMs: 0 },
    { reported: 'closed', state: 'closed', round: 3, retryAfterMs: 0 },
  ]);
});

/** A closed breaker with the numbers of the real one. */
function startBreaker() {
  const clock = fakeClock();
  clock.setRandom(0);
  const reported: unknown[] = [];
  const numbers = { failures: 10, spanMs: 1000, probes: 3, leastOpenMs: 1000, mostOpenMs: 5000 };
  const onChange = (state: BreakerState) => {
    const { round, retryAfterMs } = breaker;
    reported.push({ reported: state, state: breaker.state, round, retryAfterMs });
  };
  const breaker: Breaker = new Breaker({ ...numbers, onChange }, { clock });

  return {
    breaker,
    clock,
    reported,
    /** Plays a script. Resolves with the number of calls that the breaker let through. */
    async play(script: string): Promise<number> {
      let entered = 0;
      for (const step of script.split(', ').filter((step) => step !== '')) {
        if (step.startsWith('+')) await clock.advance(Number(step));
        const [, does, verdict, times] = /^(\w+)(?: (success|failure|neutral))? (\d+)$/.exec(step) ?? [];
        for (let i = 0; i < Number(times ?? 0); i++) {
          if (does !== 'report') entered += Number(breaker.enter());
          if (does === 'fail') breaker.report('failure');
          if (does === 'report') breaker.report(verdict as 'success' | 'failure' | 'neutral');
        }
      }
      return entered;
    },
  };
}
