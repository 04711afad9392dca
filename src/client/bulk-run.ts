import { BulkRequest, type BulkResult } from './bulk-request.ts';
import { aborted } from './client-error.ts';
import type { Ask } from './service.ts';

export type Texts = AsyncIterable<string> | Iterable<string>;

// These limits keep a fast service busy and bound the memory.
const MAX_REQUESTS = 4;
const MAX_BYTES_SENT = 1_048_576;

const LEFT = Symbol('the caller wants no more results');

/**
 * Yields one result for each text, in order; see `TuohsClient.bulk`. Starts at the first `next`. This is not a generator,
 * because `return` of a generator would wait until a pending `next` has its result.
 */
export function bulkRun(
  texts: Texts,
  { ask, signal }: { ask: Ask; signal: AbortSignal | undefined },
): AsyncIterableIterator<BulkResult, undefined> {
  const end = new AbortController();
  const onAbort = () => end.abort(aborted(signal));
  /** The requests, in order. Results are taken from the first one, which is removed when its last result is taken. */
  const sent: BulkRequest[] = [];
  let unsent = new BulkRequest();
  let hasBegun = false;
  let hasAllTexts = false;
  let failure: { reason: unknown } | undefined;
  let change = Promise.withResolvers<void>();

  return {
    next,
    return: async () => leave(),
    [Symbol.asyncIterator]() {
      return this;
    },
  };

  async function next(): Promise<IteratorResult<BulkResult, undefined>> {
    try {
      if (!hasBegun) begin();
      while (!isDone()) {
        const value = takeResult();
        if (value) return { done: false, value };
        await change.promise;
      }
      if (failure) throw failure.reason;
    } catch (error) {
      leave();
      if (error !== LEFT) throw error;
    }
    return leave();
  }

  function begin(): void {
    const iterator = iteratorOf(texts);
    hasBegun = true;
    // Closes `texts` at once on abort, because the caller can take long to call `next`, and `texts` can hold a file open.
    end.signal.addEventListener('abort', () => close(iterator));
    signal?.addEventListener('abort', onAbort);
    if (signal?.aborted) onAbort();
    fill(iterator);
  }

  function leave(): IteratorReturnResult<undefined> {
    end.abort(LEFT);
    signal?.removeEventListener('abort', onAbort);
    return { done: true, value: undefined };
  }

  /** Takes no more texts. Calls `return` of the iterator if it has not ended by itself. */
  function close(iterator: Iterator<string> | AsyncIterator<string>): void {
    // Not awaited: `return` of a generator that waits for its next text would never resolve.
    if (!hasAllTexts) (async () => iterator.return?.())().catch(() => {});
    hasAllTexts = true;
    changed();
  }

  /** Takes texts while there is room for them. Never rejects: a failure is kept, and `next` throws it after the last result. */
  async function fill(iterator: Iterator<string> | AsyncIterator<string>): Promise<void> {
    try {
      while (!end.signal.aborted) {
        const { done, value } = await iterator.next();
        if (done) break;
        // For a value that is not a string, `wellFormed` throws below.
        if (typeof value !== 'string') close(iterator);
        const text = wellFormed(value);
        if (!unsent.add(text)) await addLater(text);
        // Texts that arrive in one turn of the event loop share a request.
        if (unsent.texts.length === 1) setTimeout(sendIfRoom);
      }
    } catch (reason) {
      failure = { reason };
    }
    hasAllTexts = true;
    sendIfRoom();
    changed();
  }

  async function addLater(text: string): Promise<void> {
    const full = unsent;
    sendIfRoom();
    while (unsent === full && !end.signal.aborted) await change.promise;
    unsent.add(text);
  }

  function sendIfRoom(): void {
    const bytes = sent.reduce((sum, request) => sum + request.bytes, 0);
    const hasRoom = sent.length < MAX_REQUESTS && bytes < MAX_BYTES_SENT;
    if (unsent.texts.length === 0 || !hasRoom || end.signal.aborted) return;
    unsent.send({ ask, signal: end.signal, onResult: changed }).catch((bug) => end.abort(bug));
    sent.push(unsent);
    unsent = new BulkRequest();
  }

  function isDone(): boolean {
    end.signal.throwIfAborted();
    return hasAllTexts && sent.length === 0;
  }

  function takeResult(): BulkResult | undefined {
    const result = sent[0]?.take();
    if (sent[0]?.isTaken) {
      sent.shift();
      sendIfRoom();
      changed();
    }
    return result;
  }

  function changed(): void {
    change.resolve();
    change = Promise.withResolvers<void>();
  }
}

function iteratorOf(texts: Texts): Iterator<string> | AsyncIterator<string> {
  const isList = Symbol.asyncIterator in Object(texts) || Symbol.iterator in Object(texts);
  if (typeof texts === 'string' || !isList) {
    throw new TypeError(`texts must be a list of strings, not ${typeOf(texts)}`);
  }
  return Symbol.asyncIterator in texts ? texts[Symbol.asyncIterator]() : texts[Symbol.iterator]();
}

/** The text as it can be sent: a lone surrogate becomes U+FFFD. Throws a `TypeError` for a value that is not a string. */
export function wellFormed(text: string): string {
  if (typeof text === 'string') return text.toWellFormed();
  throw new TypeError(`a text must be a string, not ${typeOf(text)}`);
}

/** The name of the type in an error message. For null, `typeof` would say `object`. */
function typeOf(value: unknown): string {
  return value === null ? 'null' : typeof value;
}
