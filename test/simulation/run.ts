import { readArguments, refuse } from '../../scripts/arguments.ts';
import { wholeNumber } from '../../src/config/kinds.ts';
import { coverageReport, failureReport } from './report.ts';
import { runSeedsOnAllCores } from './seeds.ts';
import { PROTECTED } from './simulation.ts';
import { caughtAfter, TEETH } from './teeth.ts';

// make simulate: runs seeds and prints what they covered. The exit code says whether all invariants held.
const usage =
  'node test/simulation/run.ts [--seeds NUMBER] [--from NUMBER] [--seed NUMBER] [--teeth] [--quick]';
const { values } = readArguments(usage, {
  options: {
    seeds: { type: 'string', default: '1000' },
    from: { type: 'string', default: '1' },
    seed: { type: 'string', default: '' },
    teeth: { type: 'boolean', default: false },
    // Stops at the first seed that fails, and reports only that.
    quick: { type: 'boolean', default: false },
  },
});
const MOST_REPORTS = 3;
const MOST_SEEDS = 50;

if (values.teeth) await showTeeth();
else if (values.quick) process.exitCode = (await isViolated(numberIn('seeds'))) ? 1 : 0;
else if (values.seed) await runAll({ from: numberIn('seed'), count: 1 });
else await runAll({ from: numberIn('from'), count: numberIn('seeds') });

/** Refuses 0 and words, because a run without seeds would say that nothing was violated. */
function numberIn(name: 'seed' | 'seeds' | 'from'): number {
  const kind = wholeNumber(1, 2 ** 31);
  const value = kind.parse(values[name]);
  if (value !== undefined) return value;
  return refuse(`${name.toUpperCase()} must be ${kind.accepts}`);
}

async function runAll(seeds: { from: number; count: number }): Promise<void> {
  const { coverage, failed } = await runSeedsOnAllCores(seeds, showProgress);
  print(coverageReport(seeds.count, coverage));
  for (const seed of failed.slice(0, MOST_REPORTS)) print(await failureReport(seed));
  print(failed.length === 0 ? 'no violation' : `violated by ${failed.length} seeds: ${failed.join(' ')}`);
  process.exitCode = failed.length === 0 ? 0 : 1;
}

async function isViolated(count: number): Promise<boolean> {
  return (await caughtAfter(PROTECTED, { from: 1, most: count })) !== undefined;
}

/** Prints the table of test/simulation/README.md. */
async function showTeeth(): Promise<void> {
  for (const [protection, variant] of Object.entries(TEETH)) {
    const caught = await caughtAfter(variant, { from: 1, most: MOST_SEEDS });
    print(`| ${protection} | ${caught?.seeds ?? 'never'} | ${caught?.invariant ?? ''} |`);
    if (!caught) process.exitCode = 1;
  }
}

function showProgress(done: number): void {
  if (process.stderr.isTTY) process.stderr.write(`\r${done} seeds`);
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
