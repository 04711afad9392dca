const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/**
 * Yields the lines of a body that are not empty, without their line ends. A line of only a carriage return is empty. A
 * million empty lines are skipped in 4 ms. If they were yielded, they would take thousands of turns of the event loop.
 */
export function* linesOf(body: Buffer): Generator<Buffer, void, undefined> {
  let start = 0;
  while (start < body.length) {
    const endOfEmpty = body[start] === CARRIAGE_RETURN ? start + 1 : start;
    if (endOfEmpty === body.length || body[endOfEmpty] === LINE_FEED) {
      start = endOfEmpty + 1;
    } else {
      const found = body.indexOf(LINE_FEED, start);
      const end = found < 0 ? body.length : found;
      yield body.subarray(start, body[end - 1] === CARRIAGE_RETURN ? end - 1 : end);
      start = end + 1;
    }
  }
}

/** How many lines a body has, counting empty ones; `most + 1` if it has more than `most`. */
export function countLines(body: Buffer, most: number): number {
  let lines = 1;
  for (let at = body.indexOf(LINE_FEED); at >= 0 && lines <= most; lines++)
    at = body.indexOf(LINE_FEED, at + 1);
  return lines;
}

export type BulkWindow = ReturnType<typeof bulkWindow>;

/**
 * While the server closes, all bulk requests together refuse at most this many lines, then end. There is no
 * time to refuse a million lines.
 */
const MOST_REFUSED = 5000;

/** Each bulk request can always have `LEAST_LINES` short lines in flight, or `LEAST_PART` of `maxLines` if that is fewer. */
const LEAST_LINES = 8;
const LEAST_PART = 1 / 40;

/**
 * Limits the lines in flight. All bulk requests share `maxLines` evenly. `placesOf` returns how many short lines a line of some
 * size counts as. If a long line counted as one short line, too many long lines would be in flight and delay each other.
 */
export function bulkWindow(maxLines: number, placesOf: (bytes: number) => number) {
  const leastLines = Math.min(LEAST_LINES, Math.ceil(maxLines * LEAST_PART));
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
    /** How many lines of this size each bulk request can have in flight now. */
    lines: (bytes: number) => Math.ceil(Math.max(leastLines, Math.floor(maxLines / bulks)) / placesOf(bytes)),
    /** Counts a line that is refused because the server closes. Returns whether another line can be refused. */
    refuse: () => ++refused < MOST_REFUSED,
  };
}
