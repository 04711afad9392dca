import type { Call, Shout, Shouter } from '../../../src/core/shouter.ts';
import { batchedShouter } from '../../../src/upstream/batched-shouter.ts';
import { Gate, gatedShouter } from '../../../src/upstream/gated-shouter.ts';
import { RetryBudget } from '../../../src/upstream/retried-shouter.ts';
import { testCall } from '../../support/call.ts';
import { type FakeShouter, fakeShouter } from '../../support/fake-shouter.ts';
import { type TestWorld, testWorld } from '../../support/world.ts';

export interface BatchedUnderTest {
  readonly world: TestWorld;
  readonly gate: Gate;
  readonly budget: RetryBudget;
  readonly upstream: FakeShouter;
  shout(text: string, call?: Call): Promise<Shout>;
  shoutAll(texts: readonly string[]): Promise<string[]>;
  queued(): number;
}

export interface BatchedOptions {
  readonly connections?: number;
  readonly maxItems?: number;
  readonly ratio?: number;
  readonly isWorthwhile?: () => boolean;
  /** What stands behind the gate instead of the fake. */
  readonly inner?: Shouter;
}

/** A batched shouter and the gate it looks at, around a fake. */
export function startBatched(options: BatchedOptions = {}): BatchedUnderTest {
  const { connections = 1, maxItems = 64, ratio = 1, isWorthwhile = () => true } = options;
  const world = testWorld();
  const gate = new Gate({ connections }, world);
  const budget = new RetryBudget({ ratio });
  const upstream = fakeShouter();
  const gated = gatedShouter(options.inner ?? upstream, gate);
  const shouter = batchedShouter(gated, { maxItems, gate, budget, isWorthwhile }, world);
  const shout = async (text: string, call = testCall()) => shouter.shout(text, call);

  return {
    world,
    gate,
    budget,
    upstream,
    shout,
    async shoutAll(texts) {
      const shouts = await Promise.all(texts.map((text) => shout(text)));
      return shouts.map(({ text }) => text);
    },
    queued: shouter.queued,
  };
}

export function numbered(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `text ${i}`);
}
