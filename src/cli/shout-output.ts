import { once } from 'node:events';
import type { Writable } from 'node:stream';
import type { Clock } from '../core/clock.ts';
import { durationText } from '../core/text-values.ts';

/** Runs `write` between clearing the bar and showing it again, if both are on one terminal. */
type Around = (write: () => void) => void;

export interface BufferedOutputOptions {
  readonly clock: Pick<Clock, 'soon'>;
  readonly around: Around;
  /** Called once, at the first write that fails. */
  readonly onBroken: (error: Error) => void;
}

/** Writes all chunks of one turn of the event loop in one piece, and makes the writer wait for a slow reader. */
export interface BufferedOutput {
  /** If it returns a promise, the writer has to wait for it. */
  write(chunk: string | Buffer): Promise<unknown> | undefined;
  /** Resolves when the operating system has all of it, or when a write has failed. */
  flushed(): Promise<void>;
}

export function bufferedOutput(stream: Writable, options: BufferedOutputOptions): BufferedOutput {
  const { clock, around, onBroken } = options;
  let chunks: (string | Buffer)[] = [];
  let size = 0;
  let isBroken = false;
  let cancelFlush: (() => void) | undefined;
  stream.on('error', (error: Error) => {
    if (!isBroken) onBroken(error);
    isBroken = true;
  });

  return {
    write(chunk) {
      chunks.push(chunk);
      size += chunk.length;
      if (size >= FLUSH_AT) flush();
      else cancelFlush ??= clock.soon(flush);
      return stream.writableNeedDrain ? once(stream, 'drain').catch(() => {}) : undefined;
    },
    flushed() {
      flush();
      return new Promise((resolve) => {
        if (isBroken) return resolve();
        stream.once('error', () => resolve());
        stream.write('', () => resolve());
      });
    },
  };

  function flush(): void {
    cancelFlush?.();
    cancelFlush = undefined;
    const data = joined(chunks);
    chunks = [];
    size = 0;
    if (data.length > 0 && !isBroken) around(() => stream.write(data));
  }
}

const FLUSH_AT = 65_536;

function joined(chunks: readonly (string | Buffer)[]): string | Buffer {
  if (chunks.every((chunk) => typeof chunk === 'string')) return chunks.join('');
  return Buffer.concat(chunks.map((chunk) => Buffer.from(chunk)));
}

export interface ProgressBar {
  /** Writes to the terminal that shows the bar. */
  readonly above: Around;
  /** Shows the last state, and leaves the bar on the screen. */
  stop(): void;
}

export interface ProgressBarOptions {
  readonly terminal: Writable;
  /** If it is unknown, a count and a rate are shown, without a bar and the time left. */
  readonly totalBytes: number | undefined;
  readonly progress: { readonly lines: number; readonly bytes: number };
  readonly clock: Clock;
}

const EVERY_MS = 100;
const BAR_SIZE = 24;
const TO_LINE_START = '\x1b[1G';
const CLEAR_LINE = '\x1b[2K';
const CLEAR_REST_OF_LINE = '\x1b[0K';

/** Shows on a terminal how far `progress` has come, how fast, and how long the rest takes. */
export function progressBar({ terminal, totalBytes, progress, clock }: ProgressBarOptions): ProgressBar {
  const startedAt = clock.now();
  let isShown = true;
  let cancel = () => {};
  tick();

  return {
    above(write) {
      if (!isShown) return write();
      terminal.write(CLEAR_LINE + TO_LINE_START);
      write();
      show();
    },
    stop() {
      cancel();
      show();
      terminal.write('\n');
      isShown = false;
    },
  };

  function tick(): void {
    show();
    cancel = clock.after(EVERY_MS, tick);
  }

  function show(): void {
    const seconds = (clock.now() - startedAt) / 1000;
    const rate = seconds > 0 ? progress.lines / seconds : 0;
    const count = `${whole(progress.lines)} lines · ${whole(rate)} lines/s`;
    const text =
      totalBytes === undefined ? count : `${share(totalBytes)} · ${count} · ${left(totalBytes, seconds)}`;
    terminal.write(TO_LINE_START + text + CLEAR_REST_OF_LINE);
  }

  function share(total: number): string {
    const part = Math.min(1, progress.bytes / total);
    const bar = '='.repeat(Math.round(part * BAR_SIZE)).padEnd(BAR_SIZE, '-');
    return `[${bar}] ${Math.floor(part * 100)} %`;
  }

  function left(total: number, seconds: number): string {
    if (progress.bytes === 0) return 'time left unknown';
    const secondsLeft = Math.max(0, Math.ceil((seconds * (total - progress.bytes)) / progress.bytes));
    return `${durationText(secondsLeft * 1000)} left`;
  }
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en');
}
