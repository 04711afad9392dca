import type { Breaker, Verdict } from '../core/breaker.ts';
import { AttemptError, TuohsError } from '../core/errors.ts';
import type { Shouter } from '../core/shouter.ts';

/** Asks `inner` if the breaker lets the call through. Otherwise refuses it at once with `UPSTREAM_UNREACHABLE`. */
export function guardedShouter(inner: Shouter, breaker: Breaker): Shouter {
  return {
    async shout(text, call) {
      if (!breaker.enter()) throw breakerRefusal(breaker);
      const { round } = breaker;
      let verdict: Verdict = 'neutral';
      try {
        const shout = await inner.shout(text, call);
        verdict = 'success';
        return shout;
      } catch (error) {
        verdict = verdictOn(error);
        throw error;
      } finally {
        breaker.report(verdict, round);
      }
    },
  };
}

/** The error of a call that is refused because the breaker is open. */
export function breakerRefusal({ retryAfterMs }: Breaker): TuohsError {
  return new TuohsError('UPSTREAM_UNREACHABLE', 'SHOUTCLOUD is left alone after many failures', {
    retryAfterMs,
  });
}

/** A rejected text, a wrong answer and a caller that left say nothing about the next call. */
function verdictOn(error: unknown): Verdict {
  if (!(error instanceof AttemptError)) return 'neutral';
  switch (error.failure) {
    case 'unreachable':
    case 'throttled':
    case 'server_error':
    case 'timeout':
    case 'unreadable':
      return 'failure';
    case 'rejected':
    case 'wrong':
      return 'neutral';
  }
}
