import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Answer } from './caller.ts';
import type { TextSource } from './load-texts.ts';

/** Callers of one kind: an open loop at a fixed rate. */
export interface Stream {
  readonly label: string;
  readonly texts: TextSource;
  readonly perSecond: number;
  /** How many requests a connection is used for. By default, for all. */
  readonly requestsEach?: number;
  /** The most connections at once. Further requests wait for one. */
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

/** A report of its process: the answers since the last report, and how late its own timers ran. */
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

/** Starts the load generator in a process of its own, so that it does not share a processor's time with the test. */
export function startLoad(plan: LoadPlan): Load {
  const args = [...LOAD_FILES.slice(0, 1), JSON.stringify(plan)];
  return loadOf(spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] }));
}

/** The load whose reports this process prints. */
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
    // SIGTERM also ends a generator that has not begun yet.
    if (code !== 0 && signal !== 'SIGTERM') {
      throw new Error(`the load generator ended with ${code ?? signal}`);
    }
    await reading;
  });
  // A killed generator leaves half a line. Only a caller that awaits the load gets that error.
  for (const ending of [reading, done]) ending.catch(() => {});
  return {
    /** Grows while reports arrive. */
    answers: answers as readonly Answer[],
    /**
     * How much a busy machine adds to the times that were measured between these two moments: the percentile `share` of how late the
     * generator's own timers ran.
     */
    noiseMs(fromMs: number, toMs: number, share = 1) {
      const between = delays.filter(({ atMs }) => atMs >= fromMs && atMs < toMs);
      const lateMs = between.map((delay) => delay.lateMs);
      return Math.min(percentile(lateMs, share), MOST_NOISE_MS);
    },
    /** Resolves when every request is answered or given up. */
    done,
    /** Sends no more requests, and resolves as `done` does. */
    stop() {
      generator.kill('SIGTERM');
      return done;
    },
    kill: () => void generator.kill('SIGKILL'),
  };
}

/** The smallest value that is at least as large as `share` of the values (nearest rank); 0 if there are none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
}

// With more noise, a measurement could hide the fault that it looks for.
const MOST_NOISE_MS = 500;
