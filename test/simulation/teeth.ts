import type { Call } from '../../src/core/shouter.ts';
import type { Layers } from '../../src/shouter-stack.ts';
import type { RetryBudget } from '../../src/upstream/retried-shouter.ts';
import { scenarioOf } from './scenario.ts';
import { PROTECTED, simulate, type Variant } from './simulation.ts';

type Options<Layer extends keyof Layers> = Parameters<Layers[Layer]>;

/** The protections, each with a stack that lacks it. */
export const TEETH: Readonly<Record<string, Variant>> = {
  'verified answers': without({ shoutcloud: credulous }),
  'verified values of Redis': { ...PROTECTED, verifyRedis: (_text, value) => value },
  'retry budget': without({ retried: withoutBudget, batched: halvedWithoutBudget }),
  breaker: without({ guarded: (inner) => inner }),
  'waiters at the gate refused by the breaker': without({ gated: deafToRefusals }),
  coalescing: without({ coalesced: eachByItself }),
  deadline: without({ deadline: (inner) => inner }),
  'halved batches': without({ batched: neverHalved }),
  'miss limit': without({ missLimited: (inner) => inner }),
  'breaker of Redis': {
    ...PROTECTED,
    redisBreaker: { ...PROTECTED.redisBreaker, failures: Number.POSITIVE_INFINITY },
  },
  pause: without({ gated: deafToPauses }),
  'refusal of hopeless waits': without({ batched: hopeful }),
  retries: without({
    retried: (inner, options, world) => PROTECTED.layers.retried(inner, { ...options, retries: 0 }, world),
  }),
  'connection slots': without({ gated: (inner) => inner }),
  'memory cache': without({ memory: (inner) => inner }),
};

/** Runs seeds until one breaks a rule. Returns how many seeds ran, and the name of the rule. */
export async function caughtAfter(
  variant: Variant,
  { from, most }: { from: number; most: number },
): Promise<{ seeds: number; invariant: string } | undefined> {
  for (let seeds = 1; seeds <= most; seeds++) {
    const { violation } = await simulate(scenarioOf(from + seeds - 1), variant);
    if (violation) return { seeds, invariant: violation.invariant };
  }
  return undefined;
}

function without(layers: Partial<Layers>): Variant {
  return { ...PROTECTED, layers: { ...PROTECTED.layers, ...layers } };
}

function credulous(...[transport, options, world]: Options<'shoutcloud'>) {
  const verify = (_text: string, output: string) => output;
  return PROTECTED.layers.shoutcloud(transport, { ...options, verify }, world);
}

function withoutBudget(...[inner, options, world]: Options<'retried'>) {
  return PROTECTED.layers.retried(inner, { ...options, budget: endless(options.budget) }, world);
}

function halvedWithoutBudget(...[inner, options, world]: Options<'batched'>) {
  return PROTECTED.layers.batched(inner, { ...options, budget: endless(options.budget) }, world);
}

/** Changes the budget so that it pays for every attempt and never becomes smaller. */
function endless(budget: RetryBudget): RetryBudget {
  budget.spend = () => true;
  return budget;
}

function eachByItself(...[inner]: Options<'coalesced'>) {
  const counts = { waiting: 0 };
  return {
    flights: () => counts.waiting,
    waiting: () => counts.waiting,
    async shout(...[text, call]: Parameters<typeof inner.shout>) {
      counts.waiting++;
      try {
        return await inner.shout(text, call);
      } finally {
        counts.waiting--;
      }
    },
  };
}

function neverHalved(...[inner, options, world]: Options<'batched'>) {
  return PROTECTED.layers.batched(inner, { ...options, isWorthwhile: () => false }, world);
}

/** Gives each text an endless deadline until it is in the queue, so that no text is refused because of its wait. */
function hopeful(...parts: Options<'batched'>) {
  const batched = PROTECTED.layers.batched(...parts);
  return {
    ...batched,
    shout(text: string, call: Call) {
      const { signal, texts } = call;
      let hasEntered = false;
      const shout = batched.shout(text, {
        signal,
        texts,
        get deadline() {
          return hasEntered ? call.deadline : Number.POSITIVE_INFINITY;
        },
      });
      hasEntered = true;
      return shout;
    },
  };
}

function deafToPauses(...[inner, gate]: Options<'gated'>) {
  gate.pause = () => {};
  return PROTECTED.layers.gated(inner, gate);
}

function deafToRefusals(...[inner, gate]: Options<'gated'>) {
  gate.refuseWaiting = () => {};
  return PROTECTED.layers.gated(inner, gate);
}
