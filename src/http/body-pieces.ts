/** A shorter piece is copied: a `Buffer` of its own takes 340 bytes more, however little it holds. */
const SHORT_PIECE = 1024;
const LEAST_BLOCK = 256;
const MOST_BLOCK = 2048;

/** Freeing a smaller buffer by hand costs more than it saves. */
const LEAST_TO_FREE = 16_384;

/**
 * The pieces of a body, in order. Short ones behind the first are copied together into blocks, because a body can arrive byte by
 * byte.
 */
export class BodyPieces {
  readonly parts: Buffer[];
  /** Without the first piece. */
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
      this.#block = Buffer.allocUnsafeSlow(Math.min(Math.max(LEAST_BLOCK, this.#bytes), MOST_BLOCK));
      this.#used = 0;
      this.parts.push(this.#block);
    }
    this.#used += piece.copy(this.#block, this.#used);
    this.parts[this.parts.length - 1] = this.#block.subarray(0, this.#used);
  }
}

/** The whole body of these pieces, whose own memory is freed. */
export function joined(parts: readonly Buffer[]): Buffer {
  const [first] = parts;
  if (first && parts.length === 1) return first;
  const body = Buffer.concat(parts);
  free(parts);
  return body;
}

/**
 * Frees the memory of these buffers at once, and leaves them empty. V8 frees it only while much memory is being allocated,
 * and after an attack little is.
 */
export function free(buffers: readonly Buffer[]): void {
  for (const { buffer, byteLength } of buffers) {
    if (byteLength >= LEAST_TO_FREE && buffer.byteLength === byteLength) (buffer as ArrayBuffer).transfer(0);
  }
}
