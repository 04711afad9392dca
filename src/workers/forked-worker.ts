import { fork } from 'node:child_process';
import type { Question, ToPrimary, ToWorker } from './primary-link.ts';

export interface WorkerEnd {
  readonly code: number | null;
  /** The signal that killed it, if one did. */
  readonly signal: string | null;
}

/** A worker process, as the primary sees it. */
export interface Worker {
  readonly pid: number;
  /** Resolves when it serves. Stays pending if it ends before. */
  readonly listening: Promise<void>;
  readonly ended: Promise<WorkerEnd>;
  /** Resolves with its answer, or with `undefined` if it ends before. */
  ask(question: Question): Promise<unknown>;
  /** Asks it to drain and end. */
  drain(): void;
  /** Makes it end at once, as if this process were gone: it closes what is open without answering. */
  hurry(): void;
  kill(): void;
}

export interface ForkOptions {
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Starts this program once more, with these arguments, this environment, and our output. */
export function forkedWorker({ args, environment }: ForkOptions): Worker {
  const [, program = ''] = process.argv;
  const child = fork(program, [...args], {
    env: environment,
    // JSON has no NaN, which the value of a metric can be.
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

  /** Ignores that the worker is gone: `exit` reports it. */
  function send(message: ToWorker): void {
    if (child.connected) child.send(message, () => {});
  }

  function end(how: WorkerEnd): void {
    ended.resolve(how);
    for (const answer of answers.values()) answer();
    answers.clear();
  }
}
