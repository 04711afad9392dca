/** What a layer needs of the sign that nobody waits any more. An `AbortSignal` is one. */
export interface LeaveSignal {
  readonly aborted: boolean;
  readonly reason: unknown;
  throwIfAborted(): void;
  /** Each listener is told once. */
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/**
 * A `LeaveSignal` and the means to give it, in one small object. Each string that is not at hand needs two, and a
 * platform AbortController costs more than a kilobyte.
 */
export class LeaveController implements LeaveSignal {
  #isAborted = false;
  #reason: unknown;
  /** A chain, for arrays start with room for seventeen. */
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
    if (this.#isAborted) return;
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
