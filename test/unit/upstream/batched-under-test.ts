import { batchedShouter } from '../../../src/upstream/batched-shouter.ts';
import { Gate, gatedShouter } from '../../../src/upstream/gated-shouter.ts';
import { RetryBudget } from '../../../src/upstream/retried-shouter.ts';
import { layerUnderTest } from '../../support/layer.ts';
import { testWorld } from '../../support/world.ts';

export interface BatchedOptions {
  readonly connections?: number;
  readonly maxItems?: number;
  readonly ratio?: number;
  readonly isWorthwhile?: () => boolean;
}

/** A batched shouter with its gate, around a fake. */
export function startBatched(options: BatchedOptions = {}) {
  const { connections = 1, maxItems = 64, ratio = 1, isWorthwhile = () => true } = options;
  const world = testWorld();
  const budget = new RetryBudget({ ratio });
  const gate = new Gate({ connections }, world);
  const parts = { maxItems, gate, budget, isWorthwhile };
  const batched = layerUnderTest((fake) => batchedShouter(gatedShouter(fake, gate), parts, world), { world });
  return { ...batched, gate, budget, queued: batched.layer.queued };
}
