import { type BulkRequestParts, longRequest, shortRequest, type Unanswered } from './bulk-request.ts';
import { aborted } from './client-error.ts';
import { pauseMs, type RetryOptions } from './retry.ts';
import type { Service } from './service.ts';
import { type BulkResult, TextWindow } from './text-window.ts';
import { wait } from './wait.ts';

export interface BulkOptions extends RetryOptions {
  readonly streamsBothWays: boolean;
}

export interface BulkParts extends BulkOptions {
  readonly service: Service;
  readonly signal: AbortSignal | undefined;
}

export type Texts = AsyncIterable<string> | Iterable<string>;

// Enough to keep a fast service busy while one text waits for its deadline, and little to keep in memory.
const WINDOW = { texts: 2048, units: 524_288 };

// A second long request goes on while the first, which has paused, still waits for its last answers.
const LONG_REQUESTS = 2;
const SHORT_REQUESTS = 4;

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
    Promise.resolve(iterator.return?.()).catch(() => {});
  });
  window.fill(iterator);
  sendAll(window, parts, end.signal).catch((bug) => end.abort(bug));
  return { window, end };
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

async function sendAll(window: TextWindow, parts: BulkParts, signal: AbortSignal): Promise<void> {
  const request = parts.streamsBothWays ? longRequest : shortRequest;
  const requestParts: BulkRequestParts = {
    window,
    signal,
    service: parts.service,
    onProgress() {
      failures = 0;
    },
  };
  let failures = 0;
  let pausedUntil = 0;
  const requests = parts.streamsBothWays ? LONG_REQUESTS : SHORT_REQUESTS;
  await Promise.all(Array.from({ length: requests }, sendSome));

  async function sendSome(): Promise<void> {
    while (!window.hasEnded && !signal.aborted) {
      await window.somethingToSend();
      await pause();
      const failuresBefore = failures;
      const unanswered = await request(requestParts);
      // Requests that fail at the same time are one failure.
      if (unanswered && failures === failuresBefore) failures++;
      if (unanswered && !signal.aborted) sendAgainOrFail(unanswered);
    }
  }

  async function pause(): Promise<void> {
    while (pausedUntil > performance.now() && !signal.aborted) {
      await wait(pausedUntil - performance.now(), signal).catch(() => {});
    }
  }

  function sendAgainOrFail({ slots, error }: Unanswered): void {
    const ms = pauseMs(error, failures, parts);
    const restMs = ms ?? Math.min(error.retryAfterMs ?? 0, parts.maxRetryAfterMs);
    pausedUntil = Math.max(pausedUntil, performance.now() + restMs);
    if (ms !== undefined) return window.putBack(slots);
    for (const slot of slots) window.settle(slot, { error: error.message, code: error.code });
  }
}
