import { fork } from 'node:child_process';
import type { Question, ToPrimary, ToWorker } from './messages.ts';

export interface WorkerEnd {
  readonly code: number | null;
  /** What killed it, where something did. */
  readonly signal: string | null;
}

/** One process that serves, as the primary sees it. */
export interface Worker {
  readonly pid: number;
  /** Resolves when it serves; stays open where it ends before. */
  readonly listening: Promise<void>;
  readonly ended: Promise<WorkerEnd>;
  /** Resolves with its answer, or with `undefined` where it ends before. */
  ask(question: Question): Promise<unknown>;
  /** Has it drain and end. */
  drain(): void;
  /** Has it end at once, as if this process were gone: it closes what it has open, but answers nothing more. */
  hurry(): void;
  kill(): void;
}

export interface ForkOptions {
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Starts this program once more, with these arguments and this environment. Its output goes where ours goes. */
export function forkedWorker({ args, environment }: ForkOptions): Worker {
  const [, program = ''] = process.argv;
  const child = fork(program, [...args], {
    env: environment,
    // JSON has no NaN, and a metric may be one.
    serialization: 'advanced',
  });
  const listening = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<WorkerEnd>();
  const answers = new Map<number, (answer?: unknown) => void>();
  let questions = 0;

  child.on('message', (message: ToPrimary) => {
    if (message.type === 'listening') return listening.resolve();
    answers.get(message.id)?.(message.answer);
    answers.delete(message.id);
  });
  child.once('exit', (code, signal) => end({ code, signal }));
  child.once('error', () => end({ code: null, signal: null }));

  return {
    pid: child.pid ?? 0,
    listening: listening.promise,
    ended: ended.promise,
    ask: (question) =>
      new Promise((resolve) => {
        const id = ++questions;
        answers.set(id, resolve);
        send({ type: 'ask', id, question });
      }),
    drain: () => send({ type: 'drain' }),
    hurry() {
      if (child.connected) child.disconnect();
    },
    kill: () => void child.kill('SIGKILL'),
  };

  /** That it is gone already, its end tells. */
  function send(message: ToWorker): void {
    if (child.connected) child.send(message, () => {});
  }

  function end(how: WorkerEnd): void {
    ended.resolve(how);
    for (const answer of answers.values()) answer();
    answers.clear();
  }
}
