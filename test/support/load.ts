import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Answer } from './caller.ts';
import type { TextSource } from './load-texts.ts';

/** Callers of one kind. They send requests at a fixed rate, even if earlier requests have no answer yet. */
export interface Stream {
  readonly label: string;
  readonly texts: TextSource;
  readonly perSecond: number;
  /** The most requests on one connection. By default, there is no limit. */
  readonly requestsEach?: number;
  /** The most connections at once. Further requests wait for a free connection. */
  readonly connections?: number;
}

/** The plan of a load generator. Without `durationMs`, it goes on until it is stopped. */
export interface LoadPlan {
  readonly url: string;
  /** The host name in the requests, if it differs from the address. */
  readonly host?: string;
  readonly streams: readonly Stream[];
  readonly durationMs?: number;
}

/** A report of the load generator: the answers since the last report, and how late its own timers ran. */
export interface LoadReport {
  readonly answers: readonly Answer[];
  readonly delays: readonly { readonly atMs: number; readonly lateMs: number }[];
}

/** A running load. */
export type Load = ReturnType<typeof loadOf>;

/** The files of the load generator. */
export const LOAD_FILES = ['load-generator.ts', 'caller.ts', 'load-texts.ts', 'raw-answer.ts'].map((file) =>
  fileURLToPath(new URL(file, import.meta.url)),
);

/** Starts the load generator in a process of its own, so that the test does not delay it. */
export function startLoad(plan: LoadPlan): Load {
  const args = [...LOAD_FILES.slice(0, 1), JSON.stringify(plan)];
  return loadOf(spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] }));
}

/** The load of a generator, from the reports that its process prints. */
export function loadOf(generator: ChildProcess) {
  const answers: Answer[] = [];
  const delays: LoadReport['delays'][number][] = [];
  if (!generator.stdout) throw new Error('the output of the load generator is not read');
  const lines = createInterface(generator.stdout);
  const reading = (async () => {
    for await (const line of lines) {
      const report: LoadReport = JSON.parse(line);
      answers.push(...report.answers);
      delays.push(...report.delays);
    }
  })();
  const done = once(generator, 'close').then(async ([code, signal]) => {
    // An end by SIGTERM is no error. It happens if the generator has not set its handler yet.
    if (code !== 0 && signal !== 'SIGTERM') {
      throw new Error(`the load generator ended with ${code ?? signal}`);
    }
    await reading;
  });
  // A killed generator leaves half a line, which is not JSON. Only a caller that awaits the load gets this error.
  for (const ending of [reading, done]) ending.catch(() => {});
  return {
    /** The answers so far. More are added as reports arrive. */
    answers: answers as readonly Answer[],
    /**
     * How much a busy machine can have added to the times that were measured in this period. It is the percentile `share` of the
     * delays of the generator's own timers.
     */
    noiseMs(fromMs: number, toMs: number, share = 1) {
      const between = delays.filter(({ atMs }) => atMs >= fromMs && atMs < toMs);
      const lateMs = between.map((delay) => delay.lateMs);
      return Math.min(percentile(lateMs, share), MOST_NOISE_MS);
    },
    /** Resolves when every request has an answer or has failed. */
    done,
    /** Sends no more requests, and resolves as `done` does. */
    stop() {
      generator.kill('SIGTERM');
      return done;
    },
    kill: () => void generator.kill('SIGKILL'),
  };
}

/** The percentile of the values by nearest rank, such as the p99 for a `share` of 0.99. It is 0 if there are no values. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
}

// A larger allowance for noise could hide the fault that a row looks for.
const MOST_NOISE_MS = 500;
