import type { AttemptOutcome, BreakerState } from '../../src/core/events.ts';
import type { Journal } from './journal.ts';

export type BreakerRules = ReturnType<typeof breakerRules>;

const FAILURES = 10;
const SPAN_MS = 1000;
const PROBES = 3;
const PROBES_EACH_MS = 1000;
const LEAST_OPEN_MS = 1000;
const MOST_OPEN_MS = 5000;
/** Because of jitter, the breaker can stay open for up to this many times its normal time. */
const MOST_SPREAD = 1.25;
const MOST_UNITS_OF_BATCH = 32_768;
const ROUNDING_MS = 0.001;

/**
 * The rules for the breaker. After ten failures in a row that span a second, SHOUTCLOUD gets only a few probes per second, until
 * one of them succeeds. With fewer failures, the breaker stays closed.
 */
export function breakerRules({ clock, coverage, violated }: Journal) {
  let state: BreakerState = 'closed';
  let changedAt = 0;
  let halfOpenUntil = Number.NEGATIVE_INFINITY;
  let openings = 0;
  let failures = 0;
  let firstAt = 0;
  /** The maximum number of failures that the breaker can have counted since it last changed, and the time of the first failure. */
  let counted = 0;
  let countedSince = 0;
  let restsSince = Number.POSITIVE_INFINITY;
  let probes: number[] = [];

  return {
    get state() {
      return state;
    },
    attempted(): void {
      const now = clock.now();
      if (now < restsSince + ROUNDING_MS) return;
      probes = probes.filter((at) => at > now - PROBES_EACH_MS);
      probes.push(now);
      if (now < restsSince + PROBES_EACH_MS - ROUNDING_MS || probes.length > PROBES)
        violated(
          'an upstream that is down is left alone',
          `after ${failures} failures, ${coverage.attempts}th attempt`,
        );
    },
    changed(next: BreakerState): void {
      const now = clock.now();
      if (next === 'open') checkOpening(now);
      if (next === 'half-open' && now < openUntil(1) - ROUNDING_MS)
        violated('an upstream that is down is left alone', `only for ${now - changedAt} ms`);
      if (next === 'closed') openings = 0;
      if (state === 'half-open') halfOpenUntil = now;
      if (next === 'half-open') counted = 0;
      state = next;
      changedAt = now;
    },
    /** Whether the breaker lets in a caller that comes back at this time. */
    letsIn(at: number): boolean {
      const now = clock.now();
      const isHalfOpen = state === 'half-open' || now < halfOpenUntil + ROUNDING_MS;
      if (isHalfOpen && at <= now) return true;
      return state === 'open' && at > openUntil(1) - ROUNDING_MS && at < openUntil(MOST_SPREAD) + ROUNDING_MS;
    },
    /** Call it with the outcome that the stack reports for an attempt. The breaker ignores failures of long texts. */
    judged(outcome: AttemptOutcome, { units, startedAt }: { units: number; startedAt: number }): void {
      if (outcome !== 'success' && units > MOST_UNITS_OF_BATCH) return void probes.pop();
      switch (outcome) {
        case 'success':
          failures = 0;
          counted = 0;
          restsSince = Number.POSITIVE_INFINITY;
          probes = [];
          return;
        case 'rejected':
        case 'wrong':
          probes.pop();
          return;
        default:
          count(startedAt);
      }
    },
  };

  /** Ignores attempts that started before the breaker last changed, because the breaker does not count them. */
  function count(startedAt: number): void {
    if (startedAt >= changedAt && counted++ === 0) countedSince = clock.now();
    if (startedAt <= changedAt + ROUNDING_MS) return;
    if (failures++ === 0) firstAt = clock.now();
    if (failures >= FAILURES && clock.now() - firstAt >= SPAN_MS)
      restsSince = Math.min(restsSince, clock.now());
  }

  function checkOpening(now: number): void {
    const isDue =
      state === 'closed' ? counted >= FAILURES && now - countedSince >= SPAN_MS : counted >= PROBES;
    if (!isDue) violated('only failures in a row open the breaker', `${counted}, from ${state}`);
    restsSince = Math.min(restsSince, now);
    openings++;
  }

  function openUntil(spread: number): number {
    return changedAt + Math.min(MOST_OPEN_MS, LEAST_OPEN_MS * 2 ** (openings - 1) * spread);
  }
}
