import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { RetryBudget } from '../../../src/upstream/retried-shouter.ts';

test('twenty tokens are there at the start, and no more', () => {
  const budget = new RetryBudget({ ratio: 1 });

  const spent = Array.from({ length: 30 }, () => budget.spend());

  assert.equal(spent.filter((isPaid) => isPaid).length, 20);
});

test('each string earns the ratio', () => {
  const budget = empty({ ratio: 0.5 });

  budget.earn();
  const afterOne = budget.spend();
  budget.earn();
  const afterTwo = budget.spend();

  assert.deepEqual([afterOne, afterTwo, budget.tokens], [false, true, 0]);
});

test('no more than twenty tokens are held', () => {
  const budget = new RetryBudget({ ratio: 3 });

  budget.spend();
  budget.earn();

  assert.equal(budget.tokens, 20);
});

test('with a ratio of 0 nothing is earned', () => {
  const budget = empty({ ratio: 0 });

  for (let i = 0; i < 1000; i++) budget.earn();

  assert.equal(budget.spend(), false);
});

test('whatever happens, no more is spent than 20 and the ratio for each string', () => {
  const ratio = fc.double({ min: 0, max: 10, noNaN: true });
  const steps = fc.array(fc.constantFrom('earn', 'spend'), { maxLength: 300 });
  fc.assert(
    fc.property(ratio, steps, (ratio, steps) => {
      const budget = new RetryBudget({ ratio });
      const spent = steps.filter((step) => (step === 'earn' ? budget.earn() : budget.spend())).length;
      const strings = steps.filter((step) => step === 'earn').length;

      assert.ok(spent <= 20 + ratio * strings + 1e-9);
      assert.ok(budget.tokens >= 0 && budget.tokens <= 20);
    }),
  );
});

function empty(options: { ratio: number }): RetryBudget {
  const budget = new RetryBudget(options);
  while (budget.spend());
  return budget;
}
