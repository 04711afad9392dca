import type { ServerResponse } from 'node:http';
import type { Clock } from '../core/clock.ts';
import type { LeaveSignal } from '../core/leave-signal.ts';

export interface BulkWork {
  /** The answer to a line. Never throws or rejects. */
  readonly answerLine: (line: Buffer) => string | Promise<string>;
  readonly window: Pick<BulkWindow, 'lines' | 'refuse'>;
  readonly nextTurn: () => unknown;
  /** Whether the server is closing. Then `answerLine` refuses the rest, for as long as `window.refuse` says. */
  readonly isClosing: () => boolean;
}

/** How many bytes of lines are started in one turn, and how many bytes each line counts for in addition to its own. */
const TURN_WORK = 32_768;
const LINE_WORK = 256;

/** The work on a body, in bytes. Many short lines are more work than their bytes say, and single texts must not wait for all of them. */
export function workOn(body: Buffer): number {
  return Math.max(body.length, Math.min(TURN_WORK, (body.length / SHORTEST_LINE) * LINE_WORK));
}

/** Bytes of a line and its line feed. */
const SHORTEST_LINE = 2;

/**
 * Once the server is closing, all bulk requests together refuse at most this many lines, then end. There is no time to refuse a
 * million.
 */
const MOST_REFUSED = 5000;

/**
 * Writes an answer for each line to `response`, in the order of the lines, each as soon as it is known. Answers of the same turn
 * are written together. Starts no more lines than the window allows, and waits while the client does not read. Resolves when
 * everything is written, or immediately when `gone` aborts.
 */
export async function answerLines(
  lines: Iterable<Buffer>,
  { answerLine, window, nextTurn, isClosing }: BulkWork,
  { response, gone, clock }: { response: ServerResponse; gone: LeaveSignal; clock: Pick<Clock, 'soon'> },
): Promise<void> {
  /** The answers of the lines that were started and are not written yet. */
  let answers: (string | undefined)[] = [];
  let taken = 0;
  let left = 0;
  let work = 0;
  let moved = Promise.withResolvers<void>();
  response.on('drain', wake);
  gone.addEventListener('abort', wake);

  for (const line of lines) {
    work += line.length + LINE_WORK;
    if (work > TURN_WORK) {
      work = 0;
      await nextTurn();
    }
    await until(() => taken - left < window.lines() && !response.writableNeedDrain);
    if (gone.aborted) return;
    take(line);
    if (isClosing() && !window.refuse()) break;
  }
  await until(() => taken === left);

  async function until(isSo: () => boolean): Promise<void> {
    while (!isSo() && !gone.aborted) await moved.promise;
  }

  function take(line: Buffer): void {
    const place = taken++;
    answers.push(undefined);
    const answer = answerLine(line);
    if (answer instanceof Promise) void answer.then((late) => put(place, late));
    else put(place, answer);
  }

  function put(place: number, answer: string): void {
    answers[place - left] = answer;
    if (place === left) clock.soon(flush);
  }

  function flush(): void {
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

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** The lines of a body that are not empty, without their line ends, cut on demand. A line of only a carriage return is empty. */
export function* linesOf(body: Buffer): Generator<Buffer, void, undefined> {
  let start = 0;
  while (true) {
    start = afterEmptyLines(body, start);
    if (start >= body.length) return;
    const found = body.indexOf(LINE_FEED, start);
    const end = found < 0 ? body.length : found;
    yield body.subarray(start, end);
    start = end + 1;
  }
}

/** Skips a million empty lines in 4 ms. A body that has no other lines must not take thousands of turns. */
function afterEmptyLines(body: Buffer, from: number): number {
  let start = from;
  while (true) {
    if (body[start] === LINE_FEED) start++;
    else if (body[start] === CARRIAGE_RETURN && isLineEnd(body, start + 1)) start += 2;
    else return start;
  }
}

function isLineEnd(body: Buffer, at: number): boolean {
  return at === body.length || body[at] === LINE_FEED;
}

export type BulkWindow = ReturnType<typeof bulkWindow>;

/** A bulk request always gets this many, however many requests there are. */
const LEAST_LINES = 8;

/** How many lines can be in flight: one limit, shared evenly by all bulk requests. */
export function bulkWindow(maxLines: number) {
  let bulks = 0;
  let refused = 0;
  return {
    /** Counts a bulk request until the returned function is called. */
    enter() {
      bulks++;
      return () => {
        bulks--;
      };
    },
    /** How many lines each bulk request can have in flight now. */
    lines: () => Math.max(LEAST_LINES, Math.floor(maxLines / bulks)),
    /** Counts a line that is refused because the server closes. Returns whether another can be refused. */
    refuse: () => ++refused < MOST_REFUSED,
  };
}
