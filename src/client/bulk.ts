import { type SenderOptions, sendAll } from './bulk-sender.ts';
import { aborted } from './client-error.ts';
import { type BulkResult, TextWindow } from './text-window.ts';

export interface BulkParts extends SenderOptions {
  readonly signal: AbortSignal | undefined;
}

export type Texts = AsyncIterable<string> | Iterable<string>;

// Enough to keep a fast service busy while one text waits for its deadline, and little to keep in memory.
const WINDOW = { texts: 2048, units: 524_288 };

/**
 * One result for each text, in order; see `TuohsClient.bulk`. Not a generator: of the promises that one makes for each
 * text, this makes a third.
 */
export function bulkRun(texts: Texts, parts: BulkParts): AsyncIterableIterator<BulkResult, undefined> {
  let run: Run | undefined;
  let hasEnded = false;

  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    next() {
      const result = run?.end.signal.aborted ? undefined : run?.window.takeResult();
      return result ? Promise.resolve({ done: false, value: result }) : later();
    },
    async return() {
      end();
      return { done: true, value: undefined };
    },
  };

  async function later(): Promise<IteratorResult<BulkResult, undefined>> {
    if (hasEnded) return { done: true, value: undefined };
    run ??= startRun(texts, parts);
    try {
      const result = await nextResult(run);
      if (result) return { done: false, value: result };
    } catch (error) {
      // Whoever left while this waited wants to hear nothing more.
      if (hasEnded) return { done: true, value: undefined };
      end();
      throw error;
    }
    end();
    return { done: true, value: undefined };
  }

  function end(): void {
    hasEnded = true;
    run?.end.abort();
  }
}

/** A bulk under way, until `end` aborts; with its reason, where it is no ordinary end. */
interface Run {
  readonly window: TextWindow;
  readonly end: AbortController;
}

function startRun(texts: Texts, parts: BulkParts): Run {
  const { signal } = parts;
  if (signal?.aborted) throw aborted(signal);
  const end = new AbortController();
  const window = new TextWindow(WINDOW, end.signal);
  const iterator = iteratorOf(texts);
  const onAbort = () => end.abort(aborted(signal));
  signal?.addEventListener('abort', onAbort, { once: true });
  end.signal.addEventListener('abort', () => {
    signal?.removeEventListener('abort', onAbort);
    // Not awaited: a generator that waits for its next text would hold up the one who leaves.
    if (!window.hasAllTexts) leave(iterator);
  });
  window.fill(iterator);
  sendAll(window, parts, end.signal).catch((bug) => end.abort(bug));
  return { window, end };
}

async function leave(texts: Iterator<string> | AsyncIterator<string>): Promise<void> {
  try {
    await texts.return?.();
  } catch {
    // Nobody is there any more who wants to know.
  }
}

async function nextResult({ window, end }: Run): Promise<BulkResult | undefined> {
  for (;;) {
    end.signal.throwIfAborted();
    const result = window.takeResult();
    if (result || window.isDone()) return result;
    await window.somethingToTake();
  }
}

function iteratorOf(texts: Texts): Iterator<string> | AsyncIterator<string> {
  if (typeof texts === 'string') throw new TypeError('texts must be a list of strings, not one string');
  return Symbol.asyncIterator in texts ? texts[Symbol.asyncIterator]() : texts[Symbol.iterator]();
}
