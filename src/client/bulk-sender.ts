import { type BulkRequestParts, longRequest, shortRequest, type Unanswered } from './bulk-request.ts';
import { pauseMs, type RetryOptions } from './retry.ts';
import type { Service } from './service.ts';
import type { TextWindow } from './text-window.ts';
import { wait } from './wait.ts';

export interface SenderOptions extends RetryOptions {
  readonly service: Service;
  readonly streamsBothWays: boolean;
}

// A second long request goes on while the first, which has paused, still waits for its last answers.
const LONG_REQUESTS = 2;
const SHORT_REQUESTS = 4;

/**
 * Sends the texts of the window, again where that may help, until all have a result. Those whose request fails for good get
 * its error. Ends early when the signal aborts.
 */
export async function sendAll(window: TextWindow, parts: SenderOptions, signal: AbortSignal): Promise<void> {
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
