export interface Timer {
  readonly at: number;
  /** Decides between timers that are due at the same instant, before their order of arrival does. */
  readonly tie: number;
  readonly order: number;
  run: (() => void) | undefined;
}

/** Timers by the time at which they are due: a binary heap. A cancelled one stays until it comes to the top. */
export class EventQueue {
  readonly #heap: Timer[] = [];
  #size = 0;
  #order = 0;

  /** How many timers wait. */
  get size(): number {
    return this.#size;
  }

  add(at: number, run: () => void, tie = 0): () => void {
    const timer: Timer = { at, tie, order: this.#order++, run };
    this.#size++;
    this.#rise(timer);
    return () => {
      if (timer.run === undefined) return;
      timer.run = undefined;
      this.#size--;
    };
  }

  /** When the next timer is due; infinity when none waits. */
  get nextAt(): number {
    for (let first = this.#heap[0]; first !== undefined; first = this.#heap[0]) {
      if (first.run !== undefined) return first.at;
      this.#removeFirst();
    }
    return Number.POSITIVE_INFINITY;
  }

  /** Takes out the next timer and returns what it runs. */
  take(): (() => void) | undefined {
    if (this.nextAt === Number.POSITIVE_INFINITY) return undefined;
    const timer = this.#removeFirst();
    const run = timer?.run;
    if (timer !== undefined) timer.run = undefined;
    this.#size--;
    return run;
  }

  #rise(timer: Timer): void {
    const heap = this.#heap;
    let at = heap.length;
    for (let above = heap[(at - 1) >> 1]; at > 0 && above !== undefined; above = heap[(at - 1) >> 1]) {
      if (!isBefore(timer, above)) break;
      heap[at] = above;
      at = (at - 1) >> 1;
    }
    heap[at] = timer;
  }

  #removeFirst(): Timer | undefined {
    const heap = this.#heap;
    const [first] = heap;
    const last = heap.pop();
    if (last !== undefined && last !== first) this.#sink(last);
    return first;
  }

  #sink(timer: Timer): void {
    const heap = this.#heap;
    let at = 0;
    for (;;) {
      const left = heap[2 * at + 1];
      const right = heap[2 * at + 2];
      const isRight = left !== undefined && right !== undefined && isBefore(right, left);
      const below = isRight ? right : left;
      if (below === undefined || isBefore(timer, below)) break;
      heap[at] = below;
      at = 2 * at + (isRight ? 2 : 1);
    }
    heap[at] = timer;
  }
}

function isBefore(one: Timer, other: Timer): boolean {
  if (one.at !== other.at) return one.at < other.at;
  return one.tie === other.tie ? one.order < other.order : one.tie < other.tie;
}
