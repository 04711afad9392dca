import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { AttemptError } from '../../../src/core/errors.ts';
import { RetryBudget } from '../../../src/upstream/retried-shouter.ts';
import { testCall } from '../../support/call.ts';
import { settled } from '../../support/fake-clock.ts';
import { startRetried } from './retried-under-test.ts';

const down = new AttemptError('server_error', 'as told');

for (const { chance, waitMs } of [
  { chance: 0, waitMs: 50 },
  { chance: 0.5, waitMs: 175 },
  { chance: 1 - Number.EPSILON, waitMs: 300 },
]) {
  test(`where chance says ${chance.toFixed(1)}, the back-off is ${waitMs} ms`, async () => {
    const { shout, upstream, clock } = startRetried((call) => (call === 1 ? down : undefined));
    clock.setRandom(chance);
    const answer = shout();

    await clock.advance(waitMs - 1);
    const before = upstream.calls.length;
    await clock.advance(1);
    await answer;

    assert.deepEqual([before, upstream.calls.length], [1, 2]);
  });
}

test('each back-off is drawn anew', async () => {
  const { shout, upstream, clock } = startRetried((call) => (call <= 2 ? down : undefined));
  clock.setRandom(0);
  const answer = shout();
  await settled();

  clock.setRandom(0.5);
  await clock.advance(50);
  await clock.advance(174);
  const before = upstream.calls.length;
  await clock.advance(1);
  await answer;

  assert.deepEqual([before, upstream.calls.length], [2, 3]);
});

test('a back-off that would end at the deadline is not begun', async () => {
  const { shout, upstream, clock } = startRetried(() => down);

  await assert.rejects(shout(testCall({ deadline: clock.now() + 175 })), down);

  assert.deepEqual([upstream.calls.length, clock.timers()], [1, 0]);
});

test('a back-off that ends before the deadline is waited for', async () => {
  const { shout, upstream, clock } = startRetried((call) => (call === 1 ? down : undefined));
  const answer = shout(testCall({ deadline: clock.now() + 176 }));

  await clock.advance(175);

  assert.equal((await answer).text, 'HELLO');
  assert.equal(upstream.calls.length, 2);
});

test('a Retry-After that is longer than the time left is told at once', async () => {
  const throttled = new AttemptError('throttled', 'as told', { retryAfterMs: 2000 });
  const { shout, upstream, clock, budget } = startRetried(() => throttled);

  await assert.rejects(shout(testCall({ deadline: clock.now() + 2000 })), throttled);

  assert.deepEqual([upstream.calls.length, budget.tokens], [1, 20]);
});

test('a Retry-After within the time left does not keep from asking again', async () => {
  const throttled = new AttemptError('throttled', 'as told', { retryAfterMs: 2000 });
  const { outcome, upstream, clock } = startRetried((call) => (call === 1 ? throttled : undefined));

  const answer = await outcome({ deadline: clock.now() + 2001 });

  assert.ok('text' in answer);
  assert.equal(upstream.calls.length, 2);
});

test('a deadline that moves on while the caller waits is the one that counts', async () => {
  const { shout, upstream, clock } = startRetried((call) => (call === 1 ? down : undefined));
  let deadline = clock.now() + 100;
  const call = {
    ...testCall(),
    get deadline() {
      return deadline;
    },
  };

  deadline += 1000;
  const answer = shout(call);
  await clock.advance(175);

  assert.equal((await answer).text, 'HELLO');
  assert.equal(upstream.calls.length, 2);
});

test('an empty budget means the last failure', async () => {
  const budget = new RetryBudget({ ratio: 1 });
  for (let i = 0; i < 18; i++) budget.spend();
  const { outcome, upstream } = startRetried((call) => new AttemptError('timeout', `attempt ${call}`), {
    budget,
  });

  const failure = await outcome();

  assert.ok(failure instanceof AttemptError);
  assert.deepEqual([failure.message, upstream.calls.length], ['attempt 3', 3]);
});

test('each retry costs one token', async () => {
  const { outcome, budget } = startRetried((call) => (call <= 3 ? down : undefined));

  await outcome();

  assert.equal(budget.tokens, 17);
});

test('many strings that always fail are attempted no more often than the budget allows', async () => {
  const { clock, shout, upstream } = startRetried(() => down);

  const shouts = Array.from({ length: 100 }, () => shout());
  await Promise.all([Promise.allSettled(shouts), clock.advance(60_000)]);

  assert.equal(upstream.calls.length, 120);
});

test('whatever chance says, a back-off takes 50 to 300 ms', async () => {
  await fc.assert(
    fc.asyncProperty(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), async (chance) => {
      const { shout, upstream, clock } = startRetried((call) => (call === 1 ? down : undefined));
      clock.setRandom(chance);
      const answer = shout();

      await clock.advance(49);
      const before = upstream.calls.length;
      await clock.advance(251);

      assert.deepEqual([before, upstream.calls.length], [1, 2]);
      await answer;
    }),
  );
});
