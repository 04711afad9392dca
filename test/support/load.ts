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
  /** How many requests a connection is used for; without it, for as long as it stands. */
  readonly requestsEach?: number;
  /** How many connections there are at once at most; requests wait for one. */
  readonly connections?: number;
}

/** What the load generator does. Without `durationMs` it goes on until it is stopped. */
export interface LoadPlan {
  readonly url: string;
  /** The name of the host, if another one than the address has. */
  readonly host?: string;
  readonly streams: readonly Stream[];
  readonly durationMs?: number;
}

/** What its process reports every so often: the answers since the last time, and how late its own timers ran. */
export interface LoadReport {
  readonly answers: readonly Answer[];
  readonly delays: readonly { readonly atMs: number; readonly lateMs: number }[];
}

/** A load under way. */
export type Load = ReturnType<typeof loadOf>;

/** The files that the load generator consists of. */
export const LOAD_FILES = ['load-generator.ts', 'caller.ts', 'load-texts.ts', 'raw-answer.ts'].map((file) =>
  fileURLToPath(new URL(file, import.meta.url)),
);

/** Starts the load generator in a process of its own, so that it never waits for what it measures. */
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
    // SIGTERM ends a generator that is stopped before it has begun.
    if (code !== 0 && signal !== 'SIGTERM') {
      throw new Error(`the load generator ended with ${code ?? signal}`);
    }
    await reading;
  });
  // A generator that is killed leaves half a line; only a caller that awaits the load hears of it.
  for (const ending of [reading, done]) ending.catch(() => {});
  return {
    /** Grows as reports come in. */
    answers: answers as readonly Answer[],
    /** What a busy machine adds to its timings between these times: how late the generator's own timers ran, at worst or at this rank. */
    noiseMs(fromMs: number, toMs: number, share = 1) {
      const between = delays.filter(({ atMs }) => atMs >= fromMs && atMs < toMs);
      const lateMs = between.map((delay) => delay.lateMs);
      return Math.min(percentile(lateMs, share), MOST_NOISE_MS);
    },
    /** Resolves when all that was sent is answered or given up. */
    done,
    /** Sends nothing more and resolves as `done` does. */
    stop() {
      generator.kill('SIGTERM');
      return done;
    },
    kill: () => void generator.kill('SIGKILL'),
  };
}

/** The value that `share` of the values do not exceed (nearest rank); 0 of none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
}

// More would hide what is looked for.
const MOST_NOISE_MS = 500;
