import type { Question, ToPrimary, ToWorker } from './messages.ts';

/** What a worker needs of the process it runs in. */
export interface ForkedProcess {
  readonly pid: number;
  /** Whether there is still somebody to send to. */
  readonly connected?: boolean;
  readonly send?: ((message: ToPrimary, onSent: () => void) => unknown) | undefined;
  on(event: 'message', listener: (message: ToWorker) => void): unknown;
  once(event: 'disconnect', listener: () => void): unknown;
}

/** The primary, as a worker sees it. */
export interface PrimaryLink {
  /** The worker's own. */
  readonly pid: number;
  /** Resolves when it wants the worker to drain. */
  readonly drain: Promise<void>;
  /** Resolves when it is gone: then nobody would ever end the worker. */
  readonly gone: Promise<void>;
  /** Tells that the worker serves, and answers from now on. */
  listening(answerTo: (question: Question) => unknown): void;
}

/** Throws where the process was not started by a primary. */
export function primaryLink(process?: ForkedProcess): PrimaryLink {
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
    drain: drain.promise,
    gone: gone.promise,
    listening(answers) {
      answerTo = answers;
      send({ type: 'listening' });
    },
  };

  async function answer(id: number, question: Question): Promise<void> {
    send({ type: 'answer', id, answer: await answerTo(question) });
  }

  function send(message: ToPrimary): void {
    // Where the primary is gone, `gone` tells.
    forked.send?.(message, () => {});
  }
}
