import cliProgress from 'cli-progress';
import type { Clock } from '../core/clock.ts';
import type { Around } from './buffered-output.ts';

/** How far something has come. */
export interface Progress {
  readonly lines: number;
  readonly bytes: number;
}

export interface ProgressBar {
  /** Writes to the terminal that shows the bar. */
  readonly above: Around;
  /** Shows the last state, and the bar stays as it is. */
  stop(): void;
}

export interface ProgressBarOptions {
  readonly terminal: NodeJS.WritableStream;
  /** Without it there is neither a bar nor a time left, but a count and a rate. */
  readonly totalBytes: number | undefined;
  readonly progress: Progress;
  readonly clock: Clock;
}

const EVERY_MS = 100;
const CLEAR_LINE = '\x1b[2K\x1b[1G';
const SAVE_CURSOR = '\x1b7';
const RESTORE_CURSOR = '\x1b8';

/** Shows on a terminal how far `progress` has come, how fast, and how long the rest takes. */
export function progressBar({ terminal, totalBytes, progress, clock }: ProgressBarOptions): ProgressBar {
  const startedAt = clock.now();
  const bar = new cliProgress.SingleBar({
    stream: withoutCursorMoves(terminal),
    format: totalBytes === undefined ? COUNT : `[{bar}] {percentage} % · ${COUNT} · {left}`,
    barsize: 24,
    linewrap: true,
    gracefulExit: false,
    forceRedraw: true,
  });
  bar.start(totalBytes ?? 0, 0, facts());
  let cancel = clock.after(EVERY_MS, tick);

  return {
    above(write) {
      if (!bar.isActive) return write();
      terminal.write(CLEAR_LINE);
      write();
      bar.render();
    },
    stop() {
      cancel();
      bar.update(progress.bytes, facts());
      bar.stop();
    },
  };

  function tick(): void {
    bar.update(progress.bytes, facts());
    cancel = clock.after(EVERY_MS, tick);
  }

  function facts() {
    const seconds = (clock.now() - startedAt) / 1000;
    const secondsLeft = (seconds * ((totalBytes ?? 0) - progress.bytes)) / progress.bytes;
    return {
      lines: whole(progress.lines),
      rate: whole(seconds > 0 ? progress.lines / seconds : 0),
      left: Number.isFinite(secondsLeft) ? `${duration(secondsLeft)} left` : 'time left unknown',
    };
  }
}

const COUNT = '{lines} lines · {rate} lines/s';

function whole(value: number): string {
  return Math.round(value).toLocaleString('en');
}

function duration(seconds: number): string {
  const rounded = Math.max(0, Math.ceil(seconds));
  const parts = [Math.floor(rounded / 3600), Math.floor(rounded / 60) % 60, rounded % 60];
  const [hours, minutes] = parts;
  if (hours) return `${hours} h ${minutes} min`;
  return minutes ? `${minutes} min ${parts[2]} s` : `${parts[2]} s`;
}

/** The library would put the cursor back to where the bar began, over lines that were written since. */
function withoutCursorMoves(terminal: NodeJS.WritableStream): NodeJS.WritableStream {
  const write = (text: string, onWritten?: () => void) =>
    text === SAVE_CURSOR || text === RESTORE_CURSOR || terminal.write(text, onWritten);
  return Object.create(terminal, { write: { value: write } });
}
