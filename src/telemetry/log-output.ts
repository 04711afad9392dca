import { constants, fstatSync, openSync } from 'node:fs';
import type { DestinationStream } from 'pino';
import sonicBoom from 'sonic-boom';
import type { Clock } from '../core/clock.ts';

/** Where log lines go. To write never fails, never blocks and holds a bounded number of bytes, whatever the reader does. */
export interface LogOutput extends DestinationStream {
  /** How many lines found no room so far. */
  dropped(): number;
  /** Resolves when all lines are with the operating system, or a second later: a reader that stalls keeps nobody. */
  flushed(): Promise<void>;
}

export interface LogOutputOptions {
  readonly clock: Pick<Clock, 'after' | 'sleep'>;
  /** The file descriptor to write to: standard output unless given. */
  readonly fd?: number;
}

const MAX_BUFFERED_BYTES = 1_048_576;

/** PIPE_BUF of Linux: a pipe takes so much as a whole or not at all, so lines of several processes are not mixed up. */
const MAX_WRITE_BYTES = 4096;

/** A full disk or a terminal that is gone may come back, and the next line may be long in coming. */
const RETRY_MS = 1000;
const LAST_LINES_MS = 1000;

export function logOutput({ clock, fd = 1 }: LogOutputOptions): LogOutput {
  let dropped = 0;
  const output = new sonicBoom.SonicBoom({
    fd: nonBlocking(fd),
    sync: false,
    // Else `flush` does nothing.
    minLength: 1,
    maxLength: MAX_BUFFERED_BYTES,
    maxWrite: MAX_WRITE_BYTES,
  });
  let cancelRetry = () => {};
  output.on('drop', () => dropped++);
  // What could not be written is kept. Each new line tries it again; a full buffer takes none.
  output.on('error', () => {
    cancelRetry();
    cancelRetry = clock.after(RETRY_MS, () => output.flush());
  });

  return {
    write: (line) => void output.write(line),
    dropped: () => dropped,
    async flushed() {
      const isOver = new AbortController();
      const written = new Promise<void>((resolve) => output.flush(() => resolve()));
      await Promise.race([written, clock.sleep(LAST_LINES_MS, isOver.signal).catch(() => {})]);
      isOver.abort();
      cancelRetry();
    },
  };
}

/**
 * The same pipe or terminal, opened once more for us alone, so that a reader that stalls blocks no thread, which would
 * keep the process from ending. A regular file never blocks, and has one position for all who write to it. A socket
 * cannot be opened; Node has made it non-blocking, as any pipe, when it opened `process.stdout`.
 */
function nonBlocking(fd: number): number {
  if (fstatSync(fd).isFile()) return fd;
  try {
    return openSync(`/dev/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch {
    return fd;
  }
}
