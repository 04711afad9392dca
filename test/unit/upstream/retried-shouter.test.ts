import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { AttemptError, type AttemptFailure, TuohsError } from '../../../src/core/errors.ts';
import type { Call } from '../../../src/core/shouter.ts';
import { RetryBudget, type RetryOptions, retriedShouter } from '../../../src/upstream/retried-shouter.ts';
import { leavableCall, testCall } from '../../support/call.ts';
import { settled } from '../../support/fake-clock.ts';
import type { Fate } from '../../support/fake-shouter.ts';
import { endOf, layerUnderTest } from '../../support/layer.ts';

const down = new AttemptError('server_error', 'as scripted');
const wrong = new AttemptError('wrong', 'as scripted');
const refusal = new TuohsError('UPSTREAM_UNREACHABLE', 'SHOUTCLOUD is left alone');
const throttled = new AttemptError('throttled', 'as scripted', { retryAfterMs: 2000 });

const ATTEMPTS: Record<AttemptFailure, [single: number, batch: number]> = {
  unreachable: [11, 11],
  throttled: [11, 11],
  server_error: [11, 11],
  timeout: [11, 11],
  unreadable: [3, 3],
  wrong: [3, 1],
  rejected: [1, 1],
};
for (const [failure, attempts] of Object.entries(ATTEMPTS)) {
  for (const [i, texts] of [1, 2].entries()) {
    test(`a call of ${texts} that always fails as "${failure}" is attempted ${attempts[i]} times`, async () => {
      const error = new AttemptError(failure as AttemptFailure, 'as scripted');
      const { outcome, upstream } = startRetried(() => error);

      assert.equal(await outcome({ texts }), error);
      assert.equal(upstream.calls.length, attempts[i]);
    });
  }
}

interface Case {
  readonly fate: Fate;
  readonly options?: Partial<RetryOptions>;
  /** How much time the caller has. */
  readonly ms?: number;
  readonly end: unknown;
  readonly calls: number;
}
const REFUSED_LATER = { isWorthwhile: () => false };
const CASES: Record<string, Case> = {
  'an answer is passed on': { fate: inTurn(), end: 'HELLO', calls: 1 },
  'failures that pass are hidden': { fate: inTurn(down, wrong, down), end: 'HELLO', calls: 4 },
  'with no retries there is one attempt': { fate: () => down, options: { retries: 0 }, end: down, calls: 1 },
  'with one retry there are two': { fate: () => wrong, options: { retries: 1 }, end: wrong, calls: 2 },
  'no retry that would be refused is made': { fate: () => down, options: REFUSED_LATER, end: down, calls: 1 },
  'a refusal after failures is reported as the last failure': {
    fate: inTurn(down, wrong, refusal),
    end: wrong,
    calls: 3,
  },
  'a refusal before any attempt is passed on': { fate: () => refusal, end: refusal, calls: 1 },
  'no back-off that would end at the deadline is begun': { fate: () => down, ms: 175, end: down, calls: 1 },
  'a back-off that is a millisecond shorter is begun': {
    fate: inTurn(down),
    ms: 176,
    end: 'HELLO',
    calls: 2,
  },
  'a Retry-After as long as its time ends it': { fate: () => throttled, ms: 2000, end: throttled, calls: 1 },
  'a shorter Retry-After is waited for': { fate: inTurn(throttled), ms: 2001, end: 'HELLO', calls: 2 },
};
for (const [what, { fate, options, ms = Number.POSITIVE_INFINITY, end, calls }] of Object.entries(CASES)) {
  test(`${what}; each retry costs a token, and no timer is left`, async () => {
    const { outcome, upstream, budget, clock } = startRetried(fate, options);

    assert.equal(await outcome({ deadline: clock.now() + ms }), end);
    assert.deepEqual([upstream.calls.length, budget.tokens, clock.timers()], [calls, 21 - calls, 0]);
  });
}

test('a caller that leaves during the back-off gets its error at once', async () => {
  const { shout, upstream, clock } = startRetried(() => down);
  const { call, leave } = leavableCall();
  const answer = shout('hello', call);
  await settled();

  leave();

  await assert.rejects(answer, call.signal.reason as Error);
  assert.deepEqual([upstream.calls.length, clock.timers()], [1, 0]);
});

test('the attempt is not repeated for a caller that left during it', async () => {
  const { call, leave } = leavableCall();
  const { shout, upstream, budget } = startRetried(() => {
    leave();
    return down;
  });

  await assert.rejects(shout('hello', call), down);

  assert.deepEqual([upstream.calls.length, budget.tokens], [1, 20]);
});

test('if the deadline moves on while the caller waits, the new deadline counts', async () => {
  const { outcome, clock } = startRetried(inTurn(down));
  let deadline = clock.now() + 100;
  const call = {
    ...testCall(),
    get deadline() {
      return deadline;
    },
  };

  deadline += 1000;

  assert.equal(await outcome(call), 'HELLO');
});

test('each back-off is a new random time from 50 to 300 ms', async () => {
  const { shout, upstream, clock } = startRetried(inTurn(down, down, down));
  const answer = shout('hello');
  const seen: number[] = [];

  for (const [chance, waitMs] of [
    [0, 50],
    [0.5, 175],
    [1 - Number.EPSILON, 300],
  ] as const) {
    clock.setRandom(chance);
    await clock.advance(seen.length === 0 ? 0 : 1);
    await clock.advance(waitMs - 1);
    seen.push(upstream.calls.length);
  }
  await clock.advance(1);
  await answer;

  assert.deepEqual(seen, [1, 2, 3]);
});

test('with a ratio of a half, two texts earn one token', () => {
  const budget = new RetryBudget({ ratio: 0.5 });
  while (budget.spend());

  budget.earn();
  const afterOne = budget.spend();
  budget.earn();

  assert.deepEqual([afterOne, budget.spend(), budget.tokens], [false, true, 0]);
});

test('the budget never spends more tokens than 20 plus the ratio for each text', () => {
  const ratio = fc.double({ min: 0, max: 10, noNaN: true });
  const steps = fc.array(fc.constantFrom('earn', 'spend'), { maxLength: 300 });
  fc.assert(
    fc.property(ratio, steps, (ratio, steps) => {
      const budget = new RetryBudget({ ratio });
      const spent = steps.filter((step) => (step === 'earn' ? budget.earn() : budget.spend())).length;
      const texts = steps.filter((step) => step === 'earn').length;

      assert.ok(spent <= 20 + ratio * texts + 1e-9);
      assert.ok(budget.tokens >= 0 && budget.tokens <= 64);
    }),
  );
});

/** Fails the first calls with these errors, in order. */
function inTurn(...errors: Error[]): Fate {
  return (call) => errors[call - 1];
}

/** A retried shouter with default settings around a fake upstream whose calls end as `fate` decides. */
function startRetried(fate: Fate, options: Partial<RetryOptions> = {}) {
  const budget = new RetryBudget({ ratio: 1 });
  const retried = layerUnderTest((upstream, world) =>
    retriedShouter(upstream, { retries: 10, budget, isWorthwhile: () => true, ...options }, world),
  );
  retried.upstream.decide(fate);
  return { ...retried, budget, outcome };

  /** Asks, lets more time pass than all back-offs need, and resolves with the outcome. */
  async function outcome(call: Partial<Call>): Promise<unknown> {
    const end = endOf(retried.shout('hello', testCall(call)));
    await retried.clock.advance(60_000);
    return end;
  }
}
