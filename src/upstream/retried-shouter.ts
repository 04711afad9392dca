import { AttemptError, type TuohsError } from '../core/errors.ts';
import type { World } from '../core/events.ts';
import type { Call, Shouter } from '../core/shouter.ts';

export interface RetryOptions {
  /** The maximum number of retries of one call. */
  readonly retries: number;
  readonly budget: RetryBudget;
  /** Whether the breaker is closed. If not, a failed attempt is not repeated, because the retry could be refused. */
  readonly isWorthwhile: () => boolean;
}

// Each back-off is a random time in this range, so that calls that failed together are not repeated together.
const LEAST_BACKOFF_MS = 50;
const MOST_BACKOFF_MS = 300;

/** The maximum number of retries after a wrong or unreadable answer. If two retries do not help, the fault is probably not temporary. */
const WRONG_RETRIES = 2;

/**
 * Asks `inner` again after a temporary failure while the budget and the caller's time allow it. Fails with the error of
 * the last attempt, even if a retry after that was refused.
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
        const waitMs = LEAST_BACKOFF_MS + clock.random() * (MOST_BACKOFF_MS - LEAST_BACKOFF_MS);
        const isLast =
          retry >= retriesFor(failure, call) || !isWorthwhile() || !isInTime(failure, waitMs, call);
        if (isLast || !budget.spend()) throw failure;
        await clock.sleep(waitMs, call.signal);
      }
    },
  };

  function isInTime({ retryAfterMs = 0 }: TuohsError, waitMs: number, call: Call): boolean {
    return !call.signal.aborted && clock.now() + Math.max(waitMs, retryAfterMs) < call.deadline;
  }

  function retriesFor({ failure }: AttemptError, { texts }: Call): number {
    switch (failure) {
      case 'unreachable':
      case 'throttled':
      case 'server_error':
      case 'timeout':
        return retries;
      case 'unreadable':
        return Math.min(retries, WRONG_RETRIES);
      case 'wrong':
        // A batch is halved instead, because the text that caused the failure would make it fail again.
        return texts > 1 ? 0 : Math.min(retries, WRONG_RETRIES);
      case 'rejected':
        return 0;
    }
  }
}

/** The tokens that the budget has at the start. */
const FIRST_TOKENS = 20;

/** The budget can hold at most this many tokens: enough to halve a full batch until each of its texts is alone. */
const MOST_TOKENS = 64;

/**
 * Limits the load that retries add to a failing upstream. Each text earns `ratio` tokens. Each retry and each half of a failed
 * batch costs one token, except for the free halves (see `halve`). So there are at most (1 + ratio) × texts + 20 attempts.
 */
export class RetryBudget {
  readonly #ratio: number;
  #tokens = FIRST_TOKENS;

  constructor({ ratio }: { ratio: number }) {
    this.#ratio = ratio;
  }

  get tokens(): number {
    return this.#tokens;
  }

  /** Call it once for each text. */
  earn(): void {
    this.#tokens = Math.min(MOST_TOKENS, this.#tokens + this.#ratio);
  }

  /** Spends a token on one more attempt. Returns false if no token is left. */
  spend(): boolean {
    if (this.#tokens < 1) return false;
    this.#tokens--;
    return true;
  }
}
