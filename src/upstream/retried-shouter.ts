import { AttemptError, type TuohsError } from '../core/errors.ts';
import type { World } from '../core/events.ts';
import type { Call, Shouter } from '../core/shouter.ts';
import type { RetryBudget } from './retry-budget.ts';

export interface RetryOptions {
  /** How often a failed attempt is repeated at most. */
  readonly retries: number;
  readonly budget: RetryBudget;
  /** Whether another attempt has a chance of being let through. */
  readonly isWorthwhile: () => boolean;
}

// Full jitter: spread evenly, so that those who failed together do not come back together.
const LEAST_BACKOFF_MS = 50;
const MOST_BACKOFF_MS = 300;

/** An answer that is not this text's may be a passing fault; much repeating will not make it right. */
const WRONG_RETRIES = 2;

/**
 * Asks `inner` again where it failed in a way that passes, inside the budget and the caller's time. Fails with the last
 * attempt's failure, not with the refusal that may have followed it.
 */
export function retriedShouter(
  inner: Shouter,
  options: RetryOptions,
  { clock }: Pick<World, 'clock'>,
): Shouter {
  const { retries, budget, isWorthwhile } = options;
  return {
    async shout(text, call) {
      let failure: AttemptError | undefined;
      for (let retry = 0; ; retry++) {
        try {
          return await inner.shout(text, call);
        } catch (error) {
          if (!(error instanceof AttemptError)) throw failure ?? error;
          failure = error;
        }
        const waitMs = backoffMs();
        const isLast =
          retry >= retriesFor(failure, call) || !isWorthwhile() || !isInTime(failure, waitMs, call);
        if (isLast || !budget.spend()) throw failure;
        await clock.sleep(waitMs, call.signal);
      }
    },
  };

  function backoffMs(): number {
    return LEAST_BACKOFF_MS + clock.random() * (MOST_BACKOFF_MS - LEAST_BACKOFF_MS);
  }

  function isInTime({ retryAfterMs = 0 }: TuohsError, waitMs: number, call: Call): boolean {
    return !call.signal.aborted && clock.now() + Math.max(waitMs, retryAfterMs) < call.deadline;
  }

  function retriesFor({ failure }: AttemptError, { strings }: Call): number {
    switch (failure) {
      case 'unreachable':
      case 'throttled':
      case 'server_error':
      case 'timeout':
        return retries;
      case 'unreadable':
        return Math.min(retries, WRONG_RETRIES);
      case 'wrong':
        // A batch is halved instead: one bad part would spoil it again.
        return strings > 1 ? 0 : Math.min(retries, WRONG_RETRIES);
      case 'rejected':
        return 0;
    }
  }
}
