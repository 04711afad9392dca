import type { Scenario } from './scenario.ts';
import { simulate, type Variant } from './simulation.ts';

type Part = 'crowds' | 'upstreamFaults' | 'redisFaults' | 'pressures';

const PARTS: readonly Part[] = ['pressures', 'redisFaults', 'crowds', 'upstreamFaults'];

/** What is left of a scenario when everything is taken out that the violation of this invariant can do without. */
export async function shrink(scenario: Scenario, variant: Variant, invariant: string): Promise<Scenario> {
  const { coverage } = await simulate(scenario, variant);
  let smallest = begunBy(coverage.virtualMs, scenario);
  for (const part of PARTS) {
    for (let at = smallest[part].length - 1; at >= 0; at--) {
      const smaller = { ...smallest, [part]: smallest[part].toSpliced(at, 1) };
      const { violation } = await simulate(smaller, variant);
      if (violation?.invariant === invariant) smallest = smaller;
    }
  }
  return smallest;
}

/** What begins after the violation has no part in it. */
function begunBy(endMs: number, scenario: Scenario): Scenario {
  const spans = PARTS.map((part) => [part, scenario[part].filter(({ from }) => from <= endMs)]);
  return { ...scenario, ...Object.fromEntries(spans) };
}
