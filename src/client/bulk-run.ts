import type { BulkResult } from './bulk-answer.ts';
import { BulkRequest } from './bulk-request.ts';
import { aborted } from './client-error.ts';
import type { Ask } from './service.ts';

export interface BulkRunParts {
  readonly ask: Ask;
  readonly signal: AbortSignal | undefined;
}

export type Texts = AsyncIterable<string> | Iterable<string>;

type Next = IteratorResult<BulkResult, undefined>;

/** Enough to keep a fast service busy, and little to keep in memory. */
const MAX_REQUESTS = 4;
const MAX_BYTES_SENT = 1_048_576;

const LEFT = Symbol('no one wants more results');

/**
 * A bulk under way: a bounded number of texts between the one who gives them and the one who takes their results, in
 * order. Begins with the first `next`. Not a generator, because that cannot be left while it waits for a result.
 */
export class BulkRun implements AsyncIterableIterator<BulkResult, undefined> {
  readonly #texts: Texts;
  readonly #parts: BulkRunParts;
  readonly #end = new AbortController();
  readonly #onAbort = () => this.#end.abort(aborted(this.#parts.signal));
  /** In order. The results of the first one are taken next; one that is wholly taken leaves. */
  readonly #sent: BulkRequest[] = [];
  #unsent = new BulkRequest();
  #iterator: Iterator<string> | AsyncIterator<string> | undefined;
  #hasAllTexts = false;
  #failure: { reason: unknown } | undefined;
  #change = Promise.withResolvers<void>();

  constructor(texts: Texts, parts: BulkRunParts) {
    this.#texts = texts;
    this.#parts = parts;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<Next> {
    try {
      this.#iterator ??= this.#begin();
      const value = await this.#nextResult();
      if (value) return { done: false, value };
    } catch (error) {
      if (error !== LEFT) {
        this.#leave();
        throw error;
      }
    }
    return this.return();
  }

  async return(): Promise<Next> {
    this.#leave();
    return { done: true, value: undefined };
  }

  #leave(): void {
    this.#end.abort(LEFT);
    this.#parts.signal?.removeEventListener('abort', this.#onAbort);
    // Not awaited: a generator that waits for its next text would hold up the caller that leaves.
    if (!this.#hasAllTexts) endEarly(this.#iterator);
    this.#hasAllTexts = true;
  }

  #begin() {
    const { signal } = this.#parts;
    const iterator = iteratorOf(this.#texts);
    this.#end.signal.addEventListener('abort', () => this.#changed());
    signal?.addEventListener('abort', this.#onAbort);
    if (signal?.aborted) this.#onAbort();
    this.#fill(iterator);
    return iterator;
  }

  /** Takes texts while there is room for them. Never rejects: a failure comes out behind the last result. */
  async #fill(texts: Iterator<string> | AsyncIterator<string>): Promise<void> {
    try {
      while (!this.#end.signal.aborted) {
        const { done, value } = await texts.next();
        if (done) break;
        const text = value.toWellFormed();
        if (!this.#unsent.add(text)) await this.#addLater(text);
        // What comes in one turn of the event loop travels together.
        if (this.#unsent.length === 1) setTimeout(() => this.#sendIfRoom());
      }
    } catch (reason) {
      this.#failure = { reason };
    }
    this.#hasAllTexts = true;
    this.#sendIfRoom();
    this.#changed();
  }

  async #addLater(text: string): Promise<void> {
    const full = this.#unsent;
    this.#sendIfRoom();
    while (this.#unsent === full && !this.#end.signal.aborted) await this.#change.promise;
    this.#unsent.add(text);
  }

  #sendIfRoom(): void {
    const { signal } = this.#end;
    const bytes = this.#sent.reduce((sum, request) => sum + request.bytes, 0);
    const hasRoom = this.#sent.length < MAX_REQUESTS && bytes < MAX_BYTES_SENT;
    if (this.#unsent.length === 0 || !hasRoom || signal.aborted) return;
    const parts = { ask: this.#parts.ask, signal, onResult: () => this.#changed() };
    this.#unsent.send(parts).catch((bug) => this.#end.abort(bug));
    this.#sent.push(this.#unsent);
    this.#unsent = new BulkRequest();
  }

  async #nextResult(): Promise<BulkResult | undefined> {
    for (;;) {
      this.#end.signal.throwIfAborted();
      const result = this.#sent[0]?.take();
      if (this.#sent[0]?.isTaken) this.#removeFirst();
      if (result) return result;
      if (this.#hasAllTexts && this.#sent.length === 0) break;
      await this.#change.promise;
    }
    if (this.#failure) throw this.#failure.reason;
    return undefined;
  }

  #removeFirst(): void {
    this.#sent.shift();
    this.#sendIfRoom();
    this.#changed();
  }

  #changed(): void {
    this.#change.resolve();
    this.#change = Promise.withResolvers<void>();
  }
}

async function endEarly(texts: Iterator<string> | AsyncIterator<string> | undefined): Promise<void> {
  try {
    await texts?.return?.();
  } catch {
    // No one waits for the texts any more.
  }
}

function iteratorOf(texts: Texts): Iterator<string> | AsyncIterator<string> {
  if (typeof texts === 'string') throw new TypeError('texts must be a list of strings, not one string');
  return Symbol.asyncIterator in texts ? texts[Symbol.asyncIterator]() : texts[Symbol.iterator]();
}
