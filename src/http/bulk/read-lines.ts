import type { Readable } from 'node:stream';
import type { LeaveSignal } from '../../core/leave-signal.ts';
import { firstEvent } from './first-event.ts';
import { type Line, LineSplitter } from './line-splitter.ts';

/** The lines of a stream, as many at a time as came together. Ends early, leaving the rest unread, when told to stop. */
export async function* readLines(
  stream: Readable,
  maxLineBytes: number,
  stop: LeaveSignal,
): AsyncGenerator<Line[]> {
  const splitter = new LineSplitter(maxLineBytes);
  while (!stop.aborted && !stream.destroyed) {
    const chunk: Buffer | null = stream.read();
    if (chunk !== null) yield splitter.push(chunk);
    if (splitter.isEndless) return yield splitter.end();
    if (chunk !== null) continue;
    if (stream.readableEnded) return yield splitter.end();
    await firstEvent(stream, ['readable', 'end', 'error', 'close'], stop);
  }
  // A stream destroys itself after its end; one that was cut short has no last line.
  if (stream.readableEnded && !stop.aborted) yield splitter.end();
}
