/** More parts than this are joined: a body that comes byte by byte would cost a hundred times its size. */
const MOST_PARTS = 256;

/** Bytes that arrive in parts. */
export class ByteParts {
  #parts: Buffer[] = [];

  add(part: Buffer): void {
    this.#parts.push(part);
    if (this.#parts.length > MOST_PARTS) this.#parts = [Buffer.concat(this.#parts)];
  }

  /** All of them as one; a single part is not copied. */
  joined(): Buffer {
    const [first, second] = this.#parts;
    return first !== undefined && second === undefined ? first : Buffer.concat(this.#parts);
  }

  clear(): void {
    this.#parts = [];
  }
}
