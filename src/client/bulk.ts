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

/** One result for each text, in order; see `TuohsClient.bulk`. */
export async function* bulkRun(texts: Texts, parts: BulkParts): AsyncGenerator<BulkResult, void, undefined> {
  const { signal } = parts;
  if (signal?.aborted) throw aborted(signal);
  const iterator = iteratorOf(texts);
  const end = new AbortController();
  const onAbort = () => end.abort(aborted(signal));
  signal?.addEventListener('abort', onAbort, { once: true });
  const window = new TextWindow(WINDOW, end.signal);

  window.fill(iterator);
  sendAll(window, parts, end.signal).catch((bug) => end.abort(bug));
  try {
    yield* window.results();
    end.signal.throwIfAborted();
  } finally {
    signal?.removeEventListener('abort', onAbort);
    end.abort();
    // Not awaited: a generator that waits for its next text would hold up the one who leaves.
    Promise.resolve(iterator.return?.()).catch(() => {});
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
