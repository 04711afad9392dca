/**
 * A shorter piece is copied into a block. Its own `Buffer` would take 340 bytes more, and `malloc` does not
 * give pieces of less than 8 KiB back to the system when they are freed (ADR 0052).
 */
const SHORT_PIECE = 8192;
const LEAST_BLOCK = 256;
const MOST_BLOCK = 65_536;

/** A full block grows by this fraction of its size. A new block has at least this fraction of the bytes that have arrived. */
const GROWTH = 1 / 4;

/**
 * A buffer is freed by hand from this size on. For a smaller one, that costs more than it saves. If a body has several
 * pieces the limit is lower, because thousands of them could wait for V8's garbage collection.
 */
const LEAST_TO_FREE = 16_384;
const LEAST_OF_SEVERAL_TO_FREE = 512;

/**
 * The pieces of a body, in order. Short pieces after the first one are copied together into blocks, because a body can
 * arrive byte by byte. A block grows until it has 64 KiB, because many small blocks would stay with `malloc`.
 */
export class BodyPieces {
  readonly parts: Buffer[];
  /** The blocks, with the room that is left in the last one. */
  readonly #blocks: Buffer[] = [];
  /** How many bytes all pieces but the first have. */
  #bytes = 0;
  #used = 0;
  /** Whether the last piece was short, so that the next short one can follow it in its block. */
  #isInBlock = false;

  constructor(first: Buffer) {
    this.parts = [first];
  }

  add(piece: Buffer): void {
    this.#bytes += piece.length;
    const isShort = piece.length < SHORT_PIECE;
    if (isShort) this.#copy(piece);
    else this.parts.push(piece);
    this.#isInBlock = isShort;
  }

  /** Joins the pieces and frees them. A single piece is returned as it is. */
  joined(): Buffer {
    const [first] = this.parts;
    if (first && this.parts.length === 1) return first;
    const body = Buffer.concat(this.parts);
    this.free();
    return body;
  }

  free(): void {
    const isSeveral = this.parts.length > 1;
    free([...this.parts, ...this.#blocks], isSeveral ? LEAST_OF_SEVERAL_TO_FREE : LEAST_TO_FREE);
  }

  #copy(piece: Buffer): void {
    const block = this.#withRoomFor(piece.length);
    this.#used += piece.copy(block, this.#used);
    this.parts[this.parts.length - 1] = block.subarray(0, this.#used);
    free([piece], LEAST_OF_SEVERAL_TO_FREE);
  }

  /** Returns the last block, or a larger one in its place, or a new block at the end. */
  #withRoomFor(bytes: number): Buffer {
    const last = this.#blocks.at(-1);
    const needed = this.#used + bytes;
    if (last === undefined || !this.#isInBlock || needed > MOST_BLOCK) return this.#newBlock(bytes);
    if (needed <= last.length) return last;
    const size = Math.min(MOST_BLOCK, Math.max(needed, Math.floor(last.length * (1 + GROWTH))));
    const grown = Buffer.from((last.buffer as ArrayBuffer).transfer(size));
    this.#blocks[this.#blocks.length - 1] = grown;
    return grown;
  }

  #newBlock(bytes: number): Buffer {
    const size = Math.max(LEAST_BLOCK, bytes, Math.floor(this.#bytes * GROWTH));
    const block = Buffer.allocUnsafeSlow(Math.min(size, MOST_BLOCK));
    this.#used = 0;
    this.#blocks.push(block);
    this.parts.push(block);
    return block;
  }
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
