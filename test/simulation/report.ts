import type { Coverage } from './journal.ts';
import { type Scenario, scenarioOf } from './scenario.ts';
import { PROTECTED, simulate, type Variant } from './simulation.ts';

type Part = 'crowds' | 'upstreamFaults' | 'redisFaults' | 'pressures';

const PARTS: readonly Part[] = ['pressures', 'redisFaults', 'crowds', 'upstreamFaults'];

const LAST_LINES = 50;
const WIDTH = 160;

/** Describes a failed seed: its violation, the command that repeats it, and the smallest scenario that fails, with its last events. */
export async function failureReport(seed: number, variant: Variant = PROTECTED): Promise<string> {
  const { violation } = await simulate(scenarioOf(seed), variant);
  if (violation === undefined) return `seed ${seed}: nothing is violated when it runs again`;
  const smallest = await shrink(scenarioOf(seed), variant, violation.invariant);
  const lines = await traceOf(smallest, variant);
  return [
    `seed ${seed}: ${violation.message}`,
    `  again: make simulate SEED=${seed}`,
    '  the smallest scenario that shows it:',
    ...JSON.stringify(smallest, undefined, 1)
      .split('\n')
      .map((line) => `    ${line}`),
    `  the last ${LAST_LINES} events of that:`,
    ...lines.slice(-LAST_LINES).map((line) => `    ${line.slice(0, WIDTH)}`),
  ].join('\n');
}

/** The events of a run, one line for each. */
export async function traceOf(scenario: Scenario, variant: Variant = PROTECTED): Promise<string[]> {
  const lines: string[] = [];
  await simulate(scenario, variant, (line) => lines.push(line));
  return lines;
}

/** Removes everything from a scenario that is not needed for the violation of this invariant. */
async function shrink(scenario: Scenario, variant: Variant, invariant: string): Promise<Scenario> {
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

/** The scenario without everything that begins after the violation. */
function begunBy(endMs: number, scenario: Scenario): Scenario {
  const spans = PARTS.map((part) => [part, scenario[part].filter(({ from }) => from <= endMs)]);
  return { ...scenario, ...Object.fromEntries(spans) };
}

export function coverageReport(seeds: number, coverage: Coverage): string {
  const { virtualMs, ...counts } = coverage;
  const rows = Object.entries(counts).map(([name, count]) => [words(name), count.toLocaleString('en')]);
  return [['seeds', `${seeds}`], ['virtual hours', (virtualMs / 3_600_000).toFixed(1)], ...rows]
    .map(([name = '', count = '']) => `${name.padEnd(20)}${count.padStart(14)}`)
    .join('\n');
}

/** `breakerOpenings` is `breaker openings`. */
function words(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
