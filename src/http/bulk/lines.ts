const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** The lines of a body without their ends, each cut when it is asked for. Empty lines are left out. */
export function* linesOf(body: Buffer): Generator<Buffer, void, undefined> {
  for (let start = 0; start < body.length; ) {
    const found = body.indexOf(LINE_FEED, start);
    const end = found < 0 ? body.length : found;
    const isEmpty = end === start || (end === start + 1 && body[start] === CARRIAGE_RETURN);
    if (!isEmpty) yield body.subarray(start, end);
    start = end + 1;
  }
}
