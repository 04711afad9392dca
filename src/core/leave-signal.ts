/** Aborts when the caller of a layer no longer waits. An `AbortSignal` is one. */
export interface LeaveSignal {
  readonly aborted: boolean;
  readonly reason: unknown;
  throwIfAborted(): void;
  /** Each listener is called once at most. */
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/**
 * A `LeaveSignal` and its controller in one small object. Each string that is not cached needs two of them, and an
 * AbortController of the platform costs more than a kilobyte.
 */
export class LeaveController implements LeaveSignal {
  #isAborted = false;
  #reason: unknown;
  /** A linked list, because an array starts with room for seventeen. */
  #first: Link | undefined;
  #last: Link | undefined;

  get signal(): LeaveSignal {
    return this;
  }

  get aborted(): boolean {
    return this.#isAborted;
  }

  get reason(): unknown {
    return this.#reason;
  }

  abort(reason: unknown): void {
    if (this.#isAborted) return;
    this.#isAborted = true;
    this.#reason = reason;
    let link = this.#first;
    this.#first = this.#last = undefined;
    for (; link !== undefined; link = link.next) link.listener();
  }

  throwIfAborted(): void {
    if (this.#isAborted) throw this.#reason;
  }

  addEventListener(_type: 'abort', listener: () => void): void {
    const link: Link = { listener, next: undefined };
    if (this.#last === undefined) this.#first = link;
    else this.#last.next = link;
    this.#last = link;
  }

  removeEventListener(_type: 'abort', listener: () => void): void {
    let previous: Link | undefined;
    for (let link = this.#first; link !== undefined; previous = link, link = link.next) {
      if (link.listener !== listener) continue;
      if (previous === undefined) this.#first = link.next;
      else previous.next = link.next;
      if (link === this.#last) this.#last = previous;
      return;
    }
  }
}

interface Link {
  readonly listener: () => void;
  next: Link | undefined;
}
