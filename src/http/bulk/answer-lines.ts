import type { ServerResponse } from 'node:http';
import type { Clock } from '../../core/clock.ts';
import type { LeaveSignal } from '../../core/leave-signal.ts';

/** Hands the answer to a line to `put`, once: at once or later. */
export type AnswerLine = (line: Buffer, put: (answer: string) => void) => void;

export interface LineWindow {
  /** How many lines may be under way; it may change meanwhile. */
  readonly lines: () => number;
}

/**
 * Writes an answer for each line to `response`, in the order of the lines, each as soon as it is known; those that are known
 * in the same turn leave in one piece. Takes on no more lines than the window allows and than the client reads. Resolves when
 * all is written, or at once when `gone` aborts.
 */
export async function answerLines(
  lines: Iterable<Buffer>,
  { answerLine, window }: { answerLine: AnswerLine; window: LineWindow },
  { response, gone, clock }: { response: ServerResponse; gone: LeaveSignal; clock: Pick<Clock, 'soon'> },
): Promise<void> {
  /** The answers of the lines that were taken on and have not left. */
  let answers: (string | undefined)[] = [];
  let taken = 0;
  let left = 0;
  let isFlushDue = false;
  let moved = Promise.withResolvers<void>();
  response.on('drain', wake);
  gone.addEventListener('abort', wake);

  for (const line of lines) {
    await until(() => taken - left < window.lines() && !response.writableNeedDrain);
    if (gone.aborted) return;
    take(line);
  }
  await until(() => taken === left);
  if (!gone.aborted) response.end();

  async function until(isSo: () => boolean): Promise<void> {
    while (!isSo() && !gone.aborted) await moved.promise;
  }

  function take(line: Buffer): void {
    const place = taken++;
    answers.push(undefined);
    answerLine(line, (answer) => {
      answers[place - left] = answer;
      if (place > left || isFlushDue) return;
      isFlushDue = true;
      clock.soon(flush);
    });
  }

  function flush(): void {
    isFlushDue = false;
    const firstOpen = answers.indexOf(undefined);
    const ready = firstOpen < 0 ? answers : answers.slice(0, firstOpen);
    answers = firstOpen < 0 ? [] : answers.slice(firstOpen);
    left += ready.length;
    if (!gone.aborted) response.write(`${ready.join('\n')}\n`);
    wake();
  }

  function wake(): void {
    const { resolve } = moved;
    moved = Promise.withResolvers();
    resolve();
  }
}
