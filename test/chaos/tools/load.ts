import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Answer } from './answer.ts';
import type { LoadPlan } from './load-plan.ts';

/** A load under way. `answers` grows as they come in. */
export interface Load {
  readonly answers: readonly Answer[];
  /** Resolves when all that was sent is answered or given up. */
  readonly done: Promise<void>;
  /** Sends nothing more and resolves as `done` does. */
  stop(): Promise<void>;
  kill(): void;
}

/** Starts the load generator in a process of its own, so that it never waits for what it measures. */
export function startLoad(plan: LoadPlan): Load {
  const worker = fork(WORKER, { serialization: 'advanced' });
  const answers: Answer[] = [];
  worker.on('message', (batch: Answer[]) => answers.push(...batch));
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
    done,
    stop() {
      if (worker.connected) worker.send('stop');
      return done;
    },
    kill: () => worker.kill('SIGKILL'),
  };
}

const WORKER = fileURLToPath(new URL('load-worker.ts', import.meta.url));
