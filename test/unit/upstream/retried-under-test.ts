import type { Call, Shout } from '../../../src/core/shouter.ts';
import { RetryBudget, type RetryOptions, retriedShouter } from '../../../src/upstream/retried-shouter.ts';
import { testCall } from '../../support/call.ts';
import { type FakeClock, fakeClock } from '../../support/fake-clock.ts';
import { type Fate, type ScriptedShouter, scriptedShouter } from './scripted-shouter.ts';

export interface RetriedUnderTest {
  readonly clock: FakeClock;
  readonly upstream: ScriptedShouter;
  readonly budget: RetryBudget;
  shout(call?: Call): Promise<Shout>;
  /** Asks, lets all the time pass that any back-off takes, and resolves with what came of it. */
  outcome(call?: Partial<Call>): Promise<Shout | Error>;
}

/** A retried shouter with the default settings around an upstream with this fate. */
export function startRetried(fate: Fate, options: Partial<RetryOptions> = {}): RetriedUnderTest {
  const clock = fakeClock();
  const upstream = scriptedShouter(fate);
  const budget = new RetryBudget({ ratio: 1 });
  const shouter = retriedShouter(
    upstream,
    { retries: 10, budget, isWorthwhile: () => true, ...options },
    { clock },
  );
  const shout = async (call = testCall()) => shouter.shout('hello', call);

  return {
    clock,
    upstream,
    budget: options.budget ?? budget,
    shout,
    async outcome(call) {
      const ending = shout(testCall(call)).catch((error: Error) => error);
      await clock.advance(60_000);
      return ending;
    },
  };
}
