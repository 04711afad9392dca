/** Aborts when the caller of a layer no longer waits. An `AbortSignal` can be used as a `LeaveSignal`. */
export interface LeaveSignal {
  readonly aborted: boolean;
  readonly reason: unknown;
  throwIfAborted(): void;
  /** Each listener is called once at most. */
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/**
 * A `LeaveSignal` and its controller in one small object. Each text that is not cached needs two such objects, and an
 * `AbortController` of Node takes more than a kilobyte.
 */
export class LeaveController implements LeaveSignal {
  #isAborted = false;
  #reason: unknown;
  /** The first listener. Most signals have no other, so they need no `Set`. */
  #listener: (() => void) | undefined;
  #more: Set<() => void> | undefined;

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
    this.#listener?.();
    for (const listener of this.#more ?? []) listener();
    this.#listener = undefined;
    this.#more = undefined;
  }

  throwIfAborted(): void {
    if (this.#isAborted) throw this.#reason;
  }

  addEventListener(_type: 'abort', listener: () => void): void {
    if (this.#isAborted || this.#listener === listener) return;
    if (this.#listener === undefined && this.#more === undefined) this.#listener = listener;
    else this.#more = (this.#more ?? new Set()).add(listener);
  }

  removeEventListener(_type: 'abort', listener: () => void): void {
    if (this.#listener === listener) this.#listener = undefined;
    else this.#more?.delete(listener);
  }
}
