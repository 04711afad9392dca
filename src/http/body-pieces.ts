/**
 * A shorter piece is copied into a block. Its own `Buffer` would take 340 bytes more, and `malloc` does not
 * give pieces of less than 8 KiB back to the system when they are freed (ADR 0052).
 */
const SHORT_PIECE = 8192;
const LEAST_BLOCK = 256;
const MOST_BLOCK = 16_384;

/** The size of the next block, as a fraction of what has arrived of the body. */
const GROWTH = 1 / 4;

/**
 * A buffer is freed by hand from this size on. For a smaller one, that costs more than it saves. For copied
 * pieces the limit is lower, because thousands of them could wait for V8's garbage collection.
 */
const LEAST_TO_FREE = 16_384;
const LEAST_COPIED_TO_FREE = 512;

/**
 * The pieces of a body, in order. Short pieces after the first one are copied together into blocks, because a
 * body can arrive byte by byte.
 */
export class BodyPieces {
  readonly parts: Buffer[];
  /** How many bytes all pieces but the first have. */
  #bytes = 0;
  #block: Buffer | undefined;
  #used = 0;

  constructor(first: Buffer) {
    this.parts = [first];
  }

  add(piece: Buffer): void {
    this.#bytes += piece.length;
    if (piece.length < SHORT_PIECE) return this.#copy(piece);
    this.#block = undefined;
    this.parts.push(piece);
  }

  #copy(piece: Buffer): void {
    if (this.#block === undefined || this.#used + piece.length > this.#block.length) {
      const bytes = Math.max(LEAST_BLOCK, piece.length, Math.floor(this.#bytes * GROWTH));
      this.#block = Buffer.allocUnsafeSlow(Math.min(bytes, MOST_BLOCK));
      this.#used = 0;
      this.parts.push(this.#block);
    }
    this.#used += piece.copy(this.#block, this.#used);
    this.parts[this.parts.length - 1] = this.#block.subarray(0, this.#used);
    free([piece], LEAST_COPIED_TO_FREE);
  }
}

/** Joins the pieces of a body and frees them. A single piece is returned as it is. */
export function joined(parts: readonly Buffer[]): Buffer {
  const [first] = parts;
  if (first && parts.length === 1) return first;
  const body = Buffer.concat(parts);
  free(parts);
  return body;
}

/**
 * Frees the memory of these buffers at once, and leaves them empty. V8 frees it only while much memory is
 * being allocated, so after an attack it would stay in use.
 */
export function free(buffers: readonly Buffer[], leastBytes = LEAST_TO_FREE): void {
  for (const { buffer, byteLength } of buffers) {
    if (byteLength >= leastBytes && buffer.byteLength === byteLength) (buffer as ArrayBuffer).transfer(0);
  }
}
