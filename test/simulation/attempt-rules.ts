import type { AttemptOutcome, BreakerState } from '../../src/core/events.ts';
import type { StackSettings } from '../../src/shouter-stack.ts';
import type { Journal } from './journal.ts';

/** One request to SHOUTCLOUD, from its start until its connection is free or closed. */
export interface Attempt {
  readonly ids: readonly number[];
  readonly startedAt: number;
}

export type AttemptRules = ReturnType<typeof attemptRules>;

export interface AttemptSurroundings {
  readonly settings: StackSettings;
  /** How many callers wait. */
  readonly waiting: () => number;
  /** Whether a caller waits for one of these texts. */
  readonly isWanted: (ids: readonly number[]) => boolean;
}

const PROBES = 3;
const HELD_TOKENS = 20;
const PROBES_EACH_MS = 1000;
const MOST_UNITS_OF_BATCH = 32_768;
const ROUNDING_MS = 0.001;

/** The rules for requests to SHOUTCLOUD, as SHOUTCLOUD sees them. */
export function attemptRules({ settings, waiting, isWanted }: AttemptSurroundings, journal: Journal) {
  const { clock, coverage, violated } = journal;
  const running = new Set<Attempt>();
  const travelling = new Set<number>();
  const rest = restAfterFailures(journal);
  const tried = new Set<number>();
  let texts = 0;
  let tokens = HELD_TOKENS;
  let pausedUntil = 0;

  return {
    /** Call it for each string that needs an attempt. */
    string(ids: readonly number[]): void {
      texts++;
      for (const id of ids) tried.delete(id);
      // The string of a waiting call can have earned tokens for an attempt that has not started yet.
      tokens = Math.min(HELD_TOKENS + waiting(), tokens + settings.retryBudgetRatio);
    },
    /** The end of the last pause. */
    get pausedUntil() {
      return pausedUntil;
    },
    get underWay() {
      return running.size;
    },
    started(ids: readonly number[]): Attempt {
      const attempt = { ids, startedAt: clock.now() };
      coverage.attempts++;
      running.add(attempt);
      checkStart(ids);
      checkBudget(ids);
      rest.attempted();
      return attempt;
    },
    ended(attempt: Attempt): void {
      if (!running.delete(attempt)) return;
      for (const id of attempt.ids) travelling.delete(id);
      const lastedMs = clock.now() - attempt.startedAt;
      if (lastedMs > settings.attemptTimeoutMs + ROUNDING_MS)
        violated('an attempt ends within its time', `it took ${lastedMs} ms`);
    },
    /** Call it when a response was read that asks for a pause until then. */
    paused(until: number): void {
      pausedUntil = Math.max(pausedUntil, until);
      coverage.pauses++;
    },
    ...{ judged: rest.judged, breakerChanged: rest.breakerChanged },
  };

  function checkStart(ids: readonly number[]): void {
    if (running.size > settings.upstreamConnections)
      violated('attempts have a connection each', `${running.size} attempts at once`);
    if (ids.length > settings.batchMaxItems)
      violated('a batch has a limit', `${ids.length} texts travel together`);
    if (clock.now() < pausedUntil - ROUNDING_MS)
      violated('nothing is sent during a pause', `it lasts ${pausedUntil - clock.now()} ms more`);
    if (!isWanted(ids)) violated('only what a caller waits for is sent', `texts ${ids.join()}`);
    for (const id of ids) {
      if (travelling.has(id)) violated('equal texts share a flight', `two attempts at once carry text ${id}`);
      travelling.add(id);
    }
  }

  /**
   * Checks that there are never more attempts than the texts, the tokens that they earned, and the tokens at the start. Any
   * attempt but the first costs a token.
   */
  function checkBudget(ids: readonly number[]): void {
    if (coverage.attempts > (1 + settings.retryBudgetRatio) * texts + HELD_TOKENS)
      violated('attempts stay inside the budget', `${coverage.attempts} attempts for ${texts} texts`);
    if (ids.some((id) => tried.has(id))) tokens--;
    if (tokens < -ROUNDING_MS) violated('attempts stay inside the budget', `${tokens} tokens are left`);
    for (const id of ids) tried.add(id);
  }
}

/** After ten failures in a row that span a second, SHOUTCLOUD is allowed to see only a few probes a second, until one of them succeeds. */
function restAfterFailures({ clock, coverage, violated }: Journal) {
  let failures = 0;
  let firstAt = 0;
  let restsSince = Number.POSITIVE_INFINITY;
  let changedAt = 0;
  let probes: number[] = [];
  return {
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
    /** Attempts that started before say nothing about the time after. */
    breakerChanged(state: BreakerState): void {
      changedAt = clock.now();
      if (state === 'open') restsSince = Math.min(restsSince, changedAt);
    },
    /** Call it with the outcome that the stack reports for an attempt. A long text can need more time than others. */
    judged(outcome: AttemptOutcome, { units, startedAt }: { units: number; startedAt: number }): void {
      if (outcome === 'timeout' && units > MOST_UNITS_OF_BATCH) return void probes.pop();
      switch (outcome) {
        case 'success':
          failures = 0;
          restsSince = Number.POSITIVE_INFINITY;
          probes = [];
          return;
        case 'rejected':
        case 'wrong':
          probes.pop();
          return;
        default:
          if (startedAt <= changedAt + ROUNDING_MS) return;
          if (failures++ === 0) firstAt = clock.now();
          if (failures >= 10 && clock.now() - firstAt >= 1000) restsSince = Math.min(restsSince, clock.now());
      }
    },
  };
}
