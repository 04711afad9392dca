/** More parts than this are joined: a body that comes byte by byte would cost a hundred times its size. */
const MOST_PARTS = 256;

/** Bytes that arrive in parts; mostly there is one. */
export class ByteParts {
  #first: Buffer | undefined;
  #more: Buffer[] | undefined;

  add(part: Buffer): void {
    if (this.#first === undefined) this.#first = part;
    else if (this.#more === undefined) this.#more = [part];
    else if (this.#more.push(part) > MOST_PARTS) this.joined();
  }

  /** All of them as one; a single part is not copied. */
  joined(): Buffer {
    const first = this.#first ?? Buffer.alloc(0);
    if (this.#more === undefined) return first;
    this.#first = Buffer.concat([first, ...this.#more]);
    this.#more = undefined;
    return this.#first;
  }

  clear(): void {
    this.#first = this.#more = undefined;
  }
}
