import type { Clock } from '../core/clock.ts';
import { durationText } from '../core/text-values.ts';
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
