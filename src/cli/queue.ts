const CLEAN_UP_AT = 1024;

/** First in, first out, in constant time for any length. */
export class Queue<T> {
  #items: (T | undefined)[] = [];
  #start = 0;

  push(item: T): void {
    this.#items.push(item);
  }

  /** The item that came first; `undefined` if there is none. */
  shift(): T | undefined {
    const first = this.#items[this.#start];
    if (this.#start === this.#items.length) return undefined;
    // An item that has left must not stay in memory until the next clean-up.
    this.#items[this.#start++] = undefined;
    if (this.#start >= CLEAN_UP_AT && this.#start * 2 >= this.#items.length) {
      this.#items = this.#items.slice(this.#start);
      this.#start = 0;
    }
    return first;
  }
}
