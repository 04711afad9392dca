/**
 * Keeps values under small numbers that are used again. A Map or Set of objects that come and go all the time is dear:
 * V8 links each outgrown table to the next one, and so finds everything that ever was in them alive until a full
 * collection of garbage. An array of slots has no such memory.
 */
export class Slots<T> {
  readonly #values: (T | undefined)[] = [];
  readonly #free: number[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Keeps a value; the number is its own until it is removed. */
  add(value: T): number {
    const slot = this.#free.pop() ?? this.#values.length;
    this.#values[slot] = value;
    this.#size++;
    return slot;
  }

  get(slot: number): T | undefined {
    return this.#values[slot];
  }

  remove(slot: number): void {
    if (this.#values[slot] === undefined) return;
    this.#values[slot] = undefined;
    this.#free.push(slot);
    this.#size--;
  }

  *values(): Generator<T> {
    for (const value of this.#values) if (value !== undefined) yield value;
  }
}
