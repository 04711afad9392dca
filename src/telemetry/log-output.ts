import { constants, fstatSync, openSync } from 'node:fs';
import { type DestinationStream, type Level, type Logger, pino, stdTimeFunctions } from 'pino';
import sonicBoom from 'sonic-boom';
import { type Clock, within } from '../core/clock.ts';

export interface LogOptions {
  readonly level: Level | 'silent';
  readonly logTo: DestinationStream;
  /** The process id of the worker that writes: a field of each line. */
  readonly worker?: number | undefined;
  readonly moreFields?: (() => object) | undefined;
}

/** A log of JSON lines with ISO times and the level as a word. */
export function jsonLog({ level, logTo, worker, moreFields }: LogOptions): Logger {
  const base = worker === undefined ? null : { worker };
  const mixin = moreFields && { mixin: moreFields };
  const formatters = { level: (level: string) => ({ level }) };
  return pino({ level, base, timestamp: stdTimeFunctions.isoTime, formatters, ...mixin }, logTo);
}

export type LogOutput = ReturnType<typeof logOutput>;

export interface LogOutputOptions {
  readonly clock: Pick<Clock, 'after'>;
  /** The file descriptor to write to: standard output by default. */
  readonly fd?: number;
}

const MAX_BUFFERED_BYTES = 1_048_576;

/** PIPE_BUF of Linux. A pipe takes a write of this size as a whole or not at all, so lines of several processes do not mix. */
const MAX_WRITE_BYTES = 4096;

/** A failed write is tried again after this time, even if there is no new line, because a full disk can have room again. */
const RETRY_MS = 1000;
const LAST_LINES_MS = 500;

/** Takes log lines. A write never fails or blocks. If the reader stalls, only a bounded number of bytes is buffered. */
export function logOutput({ clock, fd = 1 }: LogOutputOptions) {
  let dropped = 0;
  const output = new sonicBoom.SonicBoom({
    fd: nonBlocking(fd),
    sync: false,
    // With 0, `flush` would do nothing.
    minLength: 1,
    maxLength: MAX_BUFFERED_BYTES,
    maxWrite: MAX_WRITE_BYTES,
  });
  let cancelRetry = () => {};
  output.on('drop', () => dropped++);
  // After an error, the lines are kept, and each new line tries again. A full buffer takes no new line, so a timer tries, too.
  output.on('error', () => {
    cancelRetry();
    cancelRetry = clock.after(RETRY_MS, () => output.flush());
  });

  return {
    write: (line: string) => void output.write(line),
    /** How many lines were dropped so far because the buffer was full. */
    dropped: () => dropped,
    /** Resolves when the operating system has all lines, or after half a second if the reader stalls. */
    async flushed(): Promise<void> {
      const written = new Promise<void>((resolve) => output.flush(() => resolve()));
      await within(clock, LAST_LINES_MS, written);
      cancelRetry();
    },
  };
}

/**
 * Opens the same pipe or terminal once more without blocking, because a thread that is blocked by a stalled reader would
 * keep the process from ending. A regular file is not opened again: it never blocks, and all writers share one position in
 * it. A socket cannot be opened again, but Node already made it non-blocking when it opened `process.stdout`.
 */
function nonBlocking(fd: number): number {
  if (fstatSync(fd).isFile()) return fd;
  try {
    return openSync(`/dev/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch {
    return fd;
  }
}
