/** What the primary asks a worker for: its series, its facts for `/status`, or any answer at all. */
export type Question = 'metrics' | 'status' | 'pulse';

export type ToWorker = { type: 'ask'; id: number; question: Question } | { type: 'drain' };

export type ToPrimary = { type: 'listening' } | { type: 'answer'; id: number; answer: unknown };

/** What a worker needs from its own process. */
export interface ForkedProcess {
  readonly pid: number;
  /** Whether the primary is still there. */
  readonly connected?: boolean;
  readonly send?: ((message: ToPrimary, onSent: () => void) => unknown) | undefined;
  on(event: 'message', listener: (message: ToWorker) => void): unknown;
  once(event: 'disconnect', listener: () => void): unknown;
}

/** The primary, as a worker sees it. */
export interface PrimaryLink {
  /** The worker's own process id. */
  readonly pid: number;
  /** Resolves when the primary asks the worker to drain. */
  readonly drain: Promise<void>;
  /** Resolves when the primary is gone. Then the worker must end by itself. */
  readonly gone: Promise<void>;
  /** Reports that the worker serves. From now on, questions are answered by `answerTo`. */
  listening(answerTo: (question: Question) => unknown): void;
}

/** Throws if the process was not started by a primary. */
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
    // A failure means that the primary is gone, and then `gone` resolves.
    forked.send?.(message, () => {});
  }
}
