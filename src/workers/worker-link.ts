import { type ChildProcess, fork } from 'node:child_process';
import { codeOf } from '../core/text-values.ts';

/** What the primary asks a worker for: its metrics, its part of `/status`, or a sign of life. */
export type Question = 'metrics' | 'status' | 'pulse';

type ToWorker = { type: 'ask'; id: number; question: Question } | { type: 'drain' };

export type ToPrimary = { type: 'listening' } | { type: 'answer'; id: number; answer: unknown };

export interface WorkerEnd {
  readonly code: number | null;
  /** The signal that killed the worker, if any. */
  readonly signal: string | null;
  /** The code of the error if the worker's process could not be started. */
  readonly reason?: string;
}

/** A worker process, as the primary sees it. */
export interface Worker {
  readonly pid: number;
  /** Resolves when the worker serves. Never settles if the worker ends before that. */
  readonly listening: Promise<void>;
  readonly ended: Promise<WorkerEnd>;
  /** Resolves with the worker's answer, or with `undefined` if the worker ends first or has no answer. */
  ask(question: Question): Promise<unknown>;
  /** Asks the worker to drain and end. */
  drain(): void;
  /** Makes the worker close everything at once, even unanswered requests, and end. The worker also does that if this process ends. */
  hurry(): void;
  kill(): void;
}

export interface ForkOptions {
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Starts another process of this program, with these arguments, this environment, and our output. */
export function forkedWorker({ args, environment }: ForkOptions): Worker {
  const [, program = ''] = process.argv;
  let child: ChildProcess | undefined;
  const listening = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<WorkerEnd>();
  const answers = new Map<number, (answer?: unknown) => void>();
  let questions = 0;

  try {
    child = fork(program, [...args], {
      env: environment,
      // The value of a metric can be NaN, which JSON does not have.
      serialization: 'advanced',
    });
    child.on('message', (message: ToPrimary) => {
      if (message.type === 'listening') return listening.resolve();
      answers.get(message.id)?.(message.answer);
      answers.delete(message.id);
    });
    child.once('exit', (code, signal) => end({ code, signal }));
    child.once('error', notStarted);
  } catch (error) {
    // Node emits some errors of a start, such as EAGAIN, and throws others, such as ENOMEM.
    notStarted(error);
  }

  return {
    pid: child?.pid ?? 0,
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
      if (child?.connected) child.disconnect();
    },
    kill: () => void child?.kill('SIGKILL'),
  };

  /** Ignores errors, because the event `exit` reports a worker that is gone. */
  function send(message: ToWorker): void {
    child?.send(message, () => {});
  }

  function notStarted(error: unknown): void {
    end({ code: null, signal: null, reason: codeOf(error) });
  }

  function end(how: WorkerEnd): void {
    ended.resolve(how);
    for (const answer of answers.values()) answer();
  }
}

/** What a worker needs from its own process. */
export interface ForkedProcess {
  readonly pid: number;
  /** Whether the primary is still there. */
  readonly connected?: boolean;
  readonly send?: ((message: ToPrimary, onSent: () => void) => unknown) | undefined;
  on(event: 'message', listener: (message: ToWorker) => void): unknown;
  once(event: 'disconnect', listener: () => void): unknown;
}

/** The primary, as a worker sees it. Throws if the process was not started by a primary. */
export function primaryLink(process?: ForkedProcess) {
  if (!process?.send)
    throw new Error('a worker is started by `tuohs serve` with WEB_CONCURRENCY, not by hand');
  const forked = process;
  const drain = Promise.withResolvers<void>();
  const gone = Promise.withResolvers<void>();
  let answerTo: (question: Question) => unknown = () => undefined;

  forked.on('message', (message) => {
    if (message.type === 'drain') drain.resolve();
    else void answer(message.id, message.question);
  });
  forked.once('disconnect', gone.resolve);
  if (forked.connected === false) gone.resolve();

  return {
    pid: forked.pid,
    /** Resolves when the primary asks the worker to drain. */
    drain: drain.promise,
    /** Resolves when the primary is gone. Then the worker must end by itself. */
    gone: gone.promise,
    /** Reports that the worker serves. From now on, it answers questions. */
    listening(answers: typeof answerTo): void {
      answerTo = answers;
      send({ type: 'listening' });
    },
  };

  /** If `answerTo` fails because of a bug, the worker must not end. The primary goes on without the answer. */
  async function answer(id: number, question: Question): Promise<void> {
    try {
      send({ type: 'answer', id, answer: await answerTo(question) });
    } catch {
      send({ type: 'answer', id, answer: undefined });
    }
  }

  function send(message: ToPrimary): void {
    // A failure means that the primary is gone, and then `gone` resolves.
    forked.send?.(message, () => {});
  }
}
