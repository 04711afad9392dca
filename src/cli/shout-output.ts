import type { Writable } from 'node:stream';
import type { Clock } from '../core/clock.ts';
import { durationText } from '../core/text-values.ts';

const MOST_TEXTS = 1000;

/** Writes all texts of one turn of the event loop in one piece, because a system call for each line would be slow. */
export function joinedOutput(stream: Writable, { soon }: Pick<Clock, 'soon'>) {
  let texts: string[] = [];
  return { write, flush };

  function write(text: string): void {
    if (texts.push(text) === 1) soon(flush);
    if (texts.length === MOST_TEXTS) flush();
  }

  /** Writes all collected texts now. */
  function flush(): void {
    if (texts.length > 0) stream.write(texts.join(''));
    texts = [];
  }
}

export interface ProgressBarOptions {
  readonly terminal: Writable;
  /** If it is unknown, a count and a rate are shown instead of a bar and the time left. */
  readonly totalBytes: number | undefined;
  readonly progress: { readonly lines: number; readonly bytes: number };
  readonly clock: Clock;
}

/** Removes the bar, so that a line can be written in its place. */
export const CLEAR_BAR = '\x1b[2K\x1b[1G';

const EVERY_MS = 100;
const BAR_SIZE = 24;
/** The width that is assumed for a terminal that does not report its own. */
const USUAL_COLUMNS = 80;
const TO_LINE_START = '\x1b[1G';
const CLEAR_REST_OF_LINE = '\x1b[0K';

/**
 * Shows on a terminal how much is done, how fast, and how long the rest takes. Returns a function that shows the last state
 * and leaves the bar on the screen.
 */
export function progressBar({ terminal, totalBytes, progress, clock }: ProgressBarOptions): () => void {
  const startedAt = clock.now();
  let cancel = clock.after(0, tick);

  return () => {
    cancel();
    show();
    terminal.write('\n');
  };

  function tick(): void {
    show();
    cancel = clock.after(EVERY_MS, tick);
  }

  /** Shows the longest version that fits, because a text wider than the terminal would begin a new line each time. */
  function show(): void {
    const width = columns(terminal);
    const text = versions().find(({ length }) => length < width) ?? '';
    terminal.write(TO_LINE_START + text + CLEAR_REST_OF_LINE);
  }

  /** The same progress in several wordings, the longest first. */
  function versions(): string[] {
    const seconds = (clock.now() - startedAt) / 1000;
    const count = `${whole(progress.lines)} lines`;
    const full = `${count} · ${whole(seconds > 0 ? progress.lines / seconds : 0)} lines/s`;
    if (totalBytes === undefined) return [full, count];
    const part = Math.min(1, progress.bytes / totalBytes);
    const percent = `${Math.floor(part * 100)} %`;
    const left = timeLeft(totalBytes, seconds);
    return [`${bar(part)} ${percent} · ${full} · ${left}`, `${percent} · ${count} · ${left}`, percent];
  }

  function timeLeft(total: number, seconds: number): string {
    if (progress.bytes === 0) return 'time left unknown';
    const secondsLeft = Math.max(0, Math.ceil((seconds * (total - progress.bytes)) / progress.bytes));
    return `${durationText(secondsLeft * 1000)} left`;
  }
}

function columns(terminal: Writable): number {
  return ('columns' in terminal && Number(terminal.columns)) || USUAL_COLUMNS;
}

function bar(part: number): string {
  return `[${'='.repeat(Math.round(part * BAR_SIZE)).padEnd(BAR_SIZE, '-')}]`;
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en');
}
