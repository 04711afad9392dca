import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Answer } from './answer.ts';
import { percentile } from './statistics.ts';
import { someTexts, type TextSource } from './texts.ts';

/** Callers of one kind: an open loop at a fixed rate. */
export interface Stream {
  readonly label: string;
  readonly texts: TextSource;
  readonly perSecond: number;
  /** Each request on a connection of its own. */
  readonly isFresh?: boolean;
}

/** What the load generator does. Without `durationMs` it goes on until it is stopped. */
export interface LoadPlan {
  readonly url: string;
  readonly streams: readonly Stream[];
  readonly durationMs?: number;
}

/** What its process reports every so often: the answers since the last time, and how late its own timers ran. */
export interface LoadReport {
  readonly answers: Answer[];
  readonly delays: { readonly atMs: number; readonly lateMs: number }[];
}

/** A load under way. `answers` grows as they come in. */
export interface Load {
  readonly answers: readonly Answer[];
  /** What a busy machine adds to its timings between these times: how late the load generator's own timers ran, at worst or at this rank. */
  noiseMs(fromMs: number, toMs: number, share?: number): number;
  /** Resolves when all that was sent is answered or given up. */
  readonly done: Promise<void>;
  /** Sends nothing more and resolves as `done` does. */
  stop(): Promise<void>;
  kill(): void;
}

/** What the callers below know. */
export function knownTexts(seed: number): string[] {
  return someTexts(20, seed + 1);
}

/** Callers who ask for 20 texts in turn, and others who ask for new ones of a series; each so often a second. */
export function callers(
  seed: number,
  { known, unknown }: Record<'known' | 'unknown', number>,
  series = 0,
): Stream[] {
  return [
    { label: 'known', texts: { kind: 'list', texts: knownTexts(seed) }, perSecond: known },
    { label: 'unknown', texts: { kind: 'distinct', seed: seed + series }, perSecond: unknown },
  ];
}

/** Starts the load generator in a process of its own, so that it never waits for what it measures. */
export function startLoad(plan: LoadPlan): Load {
  const worker = fork(WORKER, { serialization: 'advanced' });
  const answers: Answer[] = [];
  const delays: LoadReport['delays'] = [];
  worker.on('message', (report: LoadReport) => {
    answers.push(...report.answers);
    delays.push(...report.delays);
  });
  const done = new Promise<void>((resolve, reject) => {
    worker.once('exit', (code) =>
      code ? reject(new Error(`the load generator exited with ${code}`)) : resolve(),
    );
    worker.once('error', reject);
  });
  done.catch(() => {});
  worker.send(plan);
  return {
    answers,
    noiseMs(fromMs, toMs, share = 1) {
      const between = delays.filter(({ atMs }) => atMs >= fromMs && atMs < toMs);
      const lateMs = between.map((delay) => delay.lateMs);
      return Math.min(percentile(lateMs, share), MOST_NOISE_MS);
    },
    done,
    stop() {
      if (worker.connected) worker.send('stop');
      return done;
    },
    kill: () => worker.kill('SIGKILL'),
  };
}

// More would hide what the rows look for.
const MOST_NOISE_MS = 500;

const WORKER = fileURLToPath(new URL('load-worker.ts', import.meta.url));
