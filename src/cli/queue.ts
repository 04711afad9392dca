/** First in, first out, in constant time for any length. */
export class Queue<T> {
  #items: (T | undefined)[] = [];
  #start = 0;

  get length(): number {
    return this.#items.length - this.#start;
  }

  get first(): T | undefined {
    return this.#items[this.#start];
  }

  push(item: T): void {
    this.#items.push(item);
  }

  shift(): T | undefined {
    if (this.length === 0) return undefined;
    const { first } = this;
    // What has left is not kept alive until the next clean-up.
    this.#items[this.#start++] = undefined;
    if (this.#start >= CLEAN_UP_AT && this.#start * 2 >= this.#items.length) this.#cleanUp();
    return first;
  }

  /** Puts items back in front of all others, in their order. */
  putBack(items: readonly T[]): void {
    this.#cleanUp();
    this.#items = [...items, ...this.#items];
  }

  #cleanUp(): void {
    this.#items = this.#items.slice(this.#start);
    this.#start = 0;
  }
}

const CLEAN_UP_AT = 1024;
