import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { type Coverage, NOTHING_COVERED } from './journal.ts';
import { scenarioOf } from './scenario.ts';
import { simulate } from './simulation.ts';

export interface Seeds {
  readonly from: number;
  readonly count: number;
}

export interface SeedsOutcome {
  readonly coverage: Coverage;
  /** The seeds with a violation. */
  readonly failed: number[];
}

/** Runs these seeds one after another. */
export async function runSeeds({ from, count }: Seeds): Promise<SeedsOutcome> {
  const covered: Coverage[] = [];
  const failed: number[] = [];
  for (let seed = from; seed < from + count; seed++) {
    const { violation, coverage } = await simulate(scenarioOf(seed));
    covered.push(coverage);
    if (violation) failed.push(seed);
  }
  return { coverage: addCoverage(covered), failed };
}

/** Runs seeds on all cores, a few at a time. `onProgress` is called with the number of seeds that are done. */
export async function runSeedsOnAllCores(
  { from, count }: Seeds,
  onProgress: (done: number) => void,
): Promise<SeedsOutcome> {
  const outcomes: SeedsOutcome[] = [];
  let next = from;
  let done = 0;
  const threads = availableParallelism();
  const mostAtOnce = Math.min(SHARE, Math.ceil(count / threads));
  await Promise.all(Array.from({ length: threads }, work));
  return {
    coverage: addCoverage(outcomes.map((each) => each.coverage)),
    failed: outcomes.flatMap((each) => each.failed).sort((a, b) => a - b),
  };

  async function work(): Promise<void> {
    while (next < from + count) {
      const share = { from: next, count: Math.min(mostAtOnce, from + count - next) };
      next += share.count;
      outcomes.push(await inWorker(share));
      done += share.count;
      onProgress(done);
    }
  }
}

/** The most seeds for one thread. With fewer, the start of the thread would take a noticeable part of the time. */
const SHARE = 250;

function inWorker(seeds: Seeds): Promise<SeedsOutcome> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./seeds-worker.ts', import.meta.url), { workerData: seeds });
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error('a thread ended without an outcome')));
  });
}

export function addCoverage(coverages: readonly Coverage[]): Coverage {
  const total = { ...NOTHING_COVERED };
  for (const coverage of coverages)
    for (const name of Object.keys(total) as (keyof Coverage)[]) total[name] += coverage[name];
  return total;
}
