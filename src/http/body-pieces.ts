/** A shorter piece is copied: a `Buffer` of its own takes 340 bytes more, however little it holds. */
const SHORT_PIECE = 1024;
const LEAST_BLOCK = 256;
const MOST_BLOCK = 2048;

/** The pieces of a body, in order. Short ones are copied together into blocks, because a body can arrive byte by byte. */
export class BodyPieces {
  readonly parts: Buffer[] = [];
  bytes = 0;
  #block: Buffer | undefined;
  #used = 0;

  add(piece: Buffer): void {
    this.bytes += piece.length;
    if (piece.length < SHORT_PIECE) return this.#copy(piece);
    this.#block = undefined;
    this.parts.push(piece);
  }

  #copy(piece: Buffer): void {
    if (this.#block === undefined || this.#used + piece.length > this.#block.length) {
      this.#block = Buffer.allocUnsafeSlow(Math.min(Math.max(LEAST_BLOCK, this.bytes), MOST_BLOCK));
      this.#used = 0;
      this.parts.push(this.#block);
    }
    this.#used += piece.copy(this.#block, this.#used);
    this.parts[this.parts.length - 1] = this.#block.subarray(0, this.#used);
  }
}
