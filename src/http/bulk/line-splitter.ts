import { ByteParts } from '../byte-parts.ts';

/** A line that is longer than allowed; its bytes are not kept. */
export const tooLong = Symbol('too long');

export type Line = Buffer | typeof tooLong;

/** A line of this many times the limit is no mistake any more. */
const ENDLESS = 64;

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** Cuts a byte stream into lines of at most `maxBytes`, without their ends. Empty lines are left out. */
export class LineSplitter {
  readonly #maxBytes: number;
  readonly #parts = new ByteParts();
  #size = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Whether the line that is coming has become so long that its end is not worth waiting for. */
  get isEndless(): boolean {
    return this.#size > ENDLESS * this.#maxBytes;
  }

  /** The lines that this chunk completes. */
  push(chunk: Buffer): Line[] {
    const lines: Line[] = [];
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, start)) {
      this.#keep(chunk.subarray(start, end));
      this.#finish(lines);
      start = end + 1;
    }
    this.#keep(chunk.subarray(start));
    return lines;
  }

  /** The last line, where the stream did not end with a line feed. */
  end(): Line[] {
    const lines: Line[] = [];
    this.#finish(lines);
    return lines;
  }

  #keep(part: Buffer): void {
    this.#size += part.length;
    if (this.#size > this.#maxBytes) this.#parts.clear();
    else if (part.length > 0) this.#parts.add(part);
  }

  #finish(lines: Line[]): void {
    const line = this.#parts.joined();
    if (this.#size > this.#maxBytes) lines.push(tooLong);
    else if (line.length > 1 || (line.length === 1 && line[0] !== CARRIAGE_RETURN)) lines.push(line);
    this.#parts.clear();
    this.#size = 0;
  }
}
