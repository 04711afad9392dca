import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Answer } from './answer.ts';
import type { LoadPlan, LoadReport, Stream } from './load-plan.ts';
import { percentile } from './statistics.ts';

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

/** Callers who ask for these texts in turn, and others who ask for new ones. */
export function callers(
  known: readonly string[],
  seed: number,
  perSecond: { readonly known: number; readonly unknown: number },
): Stream[] {
  return [
    { label: 'known', texts: { kind: 'list', texts: known }, perSecond: perSecond.known },
    { label: 'unknown', texts: { kind: 'distinct', seed }, perSecond: perSecond.unknown },
  ];
}

/** Starts the load generator in a process of its own, so that it never waits for what it measures. */
export function startLoad(plan: LoadPlan): Load {
  const worker = fork(WORKER, { serialization: 'advanced' });
  const answers: Answer[] = [];
  const delays: LoadReport['delays'][number][] = [];
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
      const lateMs = percentile(
        between.map(({ lateMs }) => lateMs),
        share,
      );
      return Math.min(lateMs, MOST_NOISE_MS);
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
