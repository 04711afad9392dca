import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../../core/clock.ts';
import { type ErrorCode, TuohsError } from '../../core/errors.ts';
import { LeaveController } from '../../core/leave-signal.ts';
import { Caller } from '../caller.ts';
import { type AnswerLine, errorLine } from './answer-line.ts';
import { firstEvent } from './first-event.ts';
import { watchIdleness } from './idleness.ts';
import { LineCalls } from './line-calls.ts';
import { type Line, tooLong } from './line-splitter.ts';
import { OrderedOutput } from './ordered-output.ts';
import { readLines } from './read-lines.ts';

export interface BulkStreams {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Called before the first byte of the answer: until then a failure can have a status of its own. */
  readonly start: () => void;
}

export interface BulkOptions {
  readonly answerLine: AnswerLine;
  readonly maxLineBytes: number;
  /** How much may be under way, at least one line; it may change while the stream runs. */
  readonly window: () => { lines: number; bytes: number };
  /** How long neither side may make progress. */
  readonly idleMs: number;
  /** Aborts when no more lines are to be read. */
  readonly draining: AbortSignal;
}

/**
 * Reads lines and writes one line for each of them, in order. It reads no faster than answers leave: in memory are a
 * window of lines and one chunk, however long the streams are. A drain or an idle client ends it with an error line
 * behind the answers to what was read; before the first answer that is a `TuohsError` instead.
 */
export async function bulkExchange(streams: BulkStreams, options: BulkOptions, clock: Clock): Promise<void> {
  const { request, response } = streams;
  const { answerLine, draining } = options;
  const gone = new Caller(response).signal;
  const calls = new LineCalls();
  const reading = new LeaveController();
  const output = new OrderedOutput(write, clock);
  const idleness = watchIdleness(options.idleMs, onIdle, clock);
  let whyStopped: ErrorCode | undefined;
  let hasStarted = false;
  let waitingBytes = 0;

  gone.addEventListener('abort', () => {
    reading.abort(gone.reason);
    calls.leave();
    output.giveUp();
  });
  const onDrain = () => stopReading('OVERLOADED');
  draining.addEventListener('abort', onDrain);
  if (draining.aborted) onDrain();
  try {
    await answerAll();
  } finally {
    draining.removeEventListener('abort', onDrain);
    idleness.stop();
  }

  async function answerAll(): Promise<void> {
    for await (const lines of readLines(request, options.maxLineBytes, reading.signal)) {
      idleness.progressed();
      for (const line of lines) {
        await room();
        if (gone.aborted) return;
        take(line);
      }
    }
    if (whyStopped) endWith(whyStopped);
    while (output.pending > 0) await output.moved;
    if (gone.aborted) return;
    start();
    response.end();
  }

  function take(line: Line): void {
    const fill = output.take();
    const call = calls.begin();
    const bytes = line === tooLong ? 0 : line.length;
    waitingBytes += bytes;
    answerLine(line, call, (answer) => {
      call.end();
      waitingBytes -= bytes;
      fill(answer);
    });
  }

  /** Resolves when another line may be taken on. */
  async function room(): Promise<void> {
    while (output.pending > 0 && isFull()) await output.moved;
    while (response.writableNeedDrain && !gone.aborted) await firstEvent(response, ['drain'], gone);
  }

  function isFull(): boolean {
    const { lines, bytes } = options.window();
    return output.pending >= lines || waitingBytes >= bytes;
  }

  function endWith(code: ErrorCode): void {
    if (!hasStarted && output.pending === 0) throw new TuohsError(code, 'no line was answered');
    output.take()(errorLine(code));
  }

  function write(text: string): void {
    start();
    idleness.progressed();
    response.write(text);
  }

  function start(): void {
    if (!hasStarted) streams.start();
    hasStarted = true;
  }

  function stopReading(code: ErrorCode): void {
    whyStopped ??= code;
    reading.abort(code);
  }

  /** Who does not read is cut off; who does not send gets what is there. Waiting for the upstream is our own affair. */
  function onIdle(): void {
    if (response.writableNeedDrain) response.destroy();
    else if (output.pending === 0) stopReading('REQUEST_TIMEOUT');
  }
}
