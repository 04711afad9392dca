/** Redis replies that a chunk of bytes brought. */
export interface ReadFrames {
  /** Replies that are complete with this chunk. */
  readonly ended: number;
  /** Whether another reply has begun. */
  readonly isPartial: boolean;
}

const LINE_FEED = 10;

/** Longer than any status or error line of Redis. */
const MAX_LINE = 4096;

/** Values of one array: more than we ever ask for, and too few to cost memory before they arrive. */
const MAX_ELEMENTS = 1024;

/**
 * Follows the replies of one connection in the second version of Redis' protocol (RESP2), without keeping them: status
 * and error lines, whole numbers, strings, and one level of arrays. Our commands have no other replies.
 */
export class ReplyFrames {
  #line = '';
  #elementsLeft = 0;
  #bytesLeft = 0;
  #isStringEnd = false;
  #ended = 0;

  /** Reads on; `undefined` at the first byte that cannot belong to such a reply. */
  read(chunk: Buffer): ReadFrames | undefined {
    this.#ended = 0;
    for (let at = 0; at < chunk.length; ) {
      const skipped = Math.min(this.#bytesLeft, chunk.length - at);
      this.#bytesLeft -= skipped;
      at += skipped;
      const end = chunk.indexOf(LINE_FEED, at);
      this.#line += chunk.toString('latin1', at, end < 0 ? chunk.length : end);
      if (this.#line.length > MAX_LINE) return undefined;
      if (end < 0) break;
      if (!this.#take(this.#line)) return undefined;
      this.#line = '';
      at = end + 1;
    }
    return { ended: this.#ended, isPartial: this.#isPartial() };
  }

  /** The most bytes that the string under way still takes. */
  get bytesLeft(): number {
    return this.#bytesLeft;
  }

  #isPartial(): boolean {
    return this.#line !== '' || this.#isStringEnd || this.#elementsLeft > 0;
  }

  #take(line: string): boolean {
    if (!line.endsWith('\r')) return false;
    const text = line.slice(1, -1);
    if (this.#isStringEnd) return line === '\r' && this.#end();
    switch (line[0]) {
      case '+':
      case '-':
        return this.#end();
      case ':':
        return /^[+-]?\d+$/.test(text) && this.#end();
      case '$':
        return this.#beginString(lengthOf(text));
      case '*':
        return this.#elementsLeft === 0 && this.#beginArray(lengthOf(text));
      default:
        return false;
    }
  }

  #beginString(length: number | undefined): boolean {
    if (length === undefined) return false;
    if (length < 0) return this.#end();
    this.#bytesLeft = length;
    this.#isStringEnd = true;
    return true;
  }

  #beginArray(length: number | undefined): boolean {
    if (length === undefined || length > MAX_ELEMENTS) return false;
    if (length <= 0) return this.#end();
    this.#elementsLeft = length;
    return true;
  }

  #end(): true {
    this.#isStringEnd = false;
    if (this.#elementsLeft > 0) this.#elementsLeft--;
    if (this.#elementsLeft === 0) this.#ended++;
    return true;
  }
}

/** −1 stands for nothing at all. */
function lengthOf(text: string): number | undefined {
  return /^(-1|\d{1,10})$/.test(text) ? Number(text) : undefined;
}
