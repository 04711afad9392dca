import type { AttemptError } from '../../src/core/errors.ts';
import type { StackSettings } from '../../src/shouter-stack.ts';
import type { BreakerRules } from './breaker-rules.ts';
import type { Journal } from './journal.ts';

/** One request to SHOUTCLOUD, from its start until its connection is free or closed. */
export interface Attempt {
  readonly ids: readonly number[];
  readonly startedAt: number;
}

/** The attempts that carried a text since a caller last asked for it. */
export interface Tries {
  attempts: number;
  /** The number of texts in the last attempt. `failedAt` and `error` describe its failure. */
  size: number;
  failedAt: number;
  error?: AttemptError;
  /** How many halves of the failed batch can still be sent without a token. */
  halves?: { free: number };
}

export type AttemptRules = ReturnType<typeof attemptRules>;

export interface AttemptSurroundings {
  readonly settings: StackSettings;
  /** How many callers wait. */
  readonly waiting: () => number;
  /** Whether a caller waits for one of these texts. */
  readonly isWanted: (ids: readonly number[]) => boolean;
  readonly breaker: BreakerRules;
}

const FIRST_TOKENS = 20;
const MOST_TOKENS = 64;
const LEAST_BACKOFF_MS = 50;
/** The pause after a 429 without `Retry-After`. It doubles after each such 429, and halves after each success. */
const UNNAMED_PAUSE_MS = { first: 50, most: 1000 };
const ROUNDING_MS = 0.001;

/** The rules for requests to SHOUTCLOUD, as SHOUTCLOUD sees them. */
export function attemptRules(
  { settings, waiting, isWanted, breaker }: AttemptSurroundings,
  journal: Journal,
) {
  const { clock, coverage, violated } = journal;
  const running = new Set<Attempt>();
  const travelling = new Set<number>();
  const tried = new Map<number, Tries>();
  /** Each text's number in the order of arrival, and the number of the last text that was sent. */
  const places = new Map<number, number>();
  let lastPlace = 0;
  let texts = 0;
  let tokens = FIRST_TOKENS;
  let pausedUntil = 0;
  let pausedAt = 0;
  let unnamedPauseMs = UNNAMED_PAUSE_MS.first;

  return {
    /** Call it for each string that needs an attempt. */
    string(ids: readonly number[]): void {
      texts++;
      for (const id of ids) {
        tried.delete(id);
        places.set(id, texts);
      }
      // The layers pay for a retry when an attempt fails. This rule counts the token later, when the retry starts.
      tokens = Math.min(MOST_TOKENS + waiting(), tokens + settings.retryBudgetRatio);
    },
    /** The end of the latest pause. */
    get pausedUntil() {
      return pausedUntil;
    },
    /** When SHOUTCLOUD last asked for a pause. */
    get pausedAt() {
      return pausedAt;
    },
    get underWay() {
      return running.size;
    },
    get texts() {
      return texts;
    },
    triesOf: (id: number) => tried.get(id),
    started(ids: readonly number[]): Attempt {
      const attempt = { ids, startedAt: clock.now() };
      coverage.attempts++;
      running.add(attempt);
      checkStart(ids);
      checkOrder(ids);
      checkBudget(ids);
      breaker.attempted();
      return attempt;
    },
    ended(attempt: Attempt): void {
      if (!running.delete(attempt)) return;
      for (const id of attempt.ids) travelling.delete(id);
      const lastedMs = clock.now() - attempt.startedAt;
      if (lastedMs > settings.attemptTimeoutMs + ROUNDING_MS)
        violated('an attempt ends within its time', `it took ${lastedMs} ms`);
    },
    succeeded(): void {
      unnamedPauseMs = Math.max(UNNAMED_PAUSE_MS.first, unnamedPauseMs / 2);
    },
    failed(ids: readonly number[], error: AttemptError): void {
      if (error.failure === 'throttled' && error.retryAfterMs === undefined) {
        paused(clock.now() + unnamedPauseMs);
        unnamedPauseMs = Math.min(UNNAMED_PAUSE_MS.most, unnamedPauseMs * 2);
      }
      const isAboutText = error.failure === 'rejected' || error.failure === 'wrong';
      const halves = { free: isAboutText ? 1 : 0 };
      for (const id of ids) Object.assign(tried.get(id) ?? {}, { failedAt: clock.now(), error, halves });
    },
    /** Call it when a response was read that asks for a pause until the given time. */
    paused,
  };

  function paused(until: number): void {
    pausedUntil = Math.max(pausedUntil, until);
    pausedAt = clock.now();
    coverage.pauses++;
  }

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
   * Checks that every retry was paid for with a token. The first attempt of a text is free. Each later attempt costs a token.
   * The exception: if a batch failed because of a text in it, one of its two halves is free.
   */
  function checkBudget(ids: readonly number[]): void {
    if (coverage.attempts > (1 + settings.retryBudgetRatio) * texts + FIRST_TOKENS)
      violated('attempts stay inside the budget', `${coverage.attempts} attempts for ${texts} texts`);
    const before = ids.map((id) => tried.get(id)).find((tries) => tries !== undefined);
    if (before?.halves?.free && ids.length < before.size) before.halves.free--;
    else if (before) tokens--;
    if (tokens < -ROUNDING_MS) violated('attempts stay inside the budget', `${tokens} tokens are left`);
    for (const id of ids) {
      const attempts = (tried.get(id)?.attempts ?? 0) + 1;
      tried.set(id, { attempts, size: ids.length, failedAt: Number.NEGATIVE_INFINITY });
    }
  }

  /** Checks that new texts are sent in the order in which they came, and that a retry of the same texts waits for its back-off. */
  function checkOrder(ids: readonly number[]): void {
    const { size, failedAt = 0 } = tried.get(ids[0] ?? -1) ?? {};
    if (size === ids.length && clock.now() < failedAt + LEAST_BACKOFF_MS - ROUNDING_MS)
      violated('a retry waits', `only ${clock.now() - failedAt} ms`);
    for (const id of ids) {
      if (tried.has(id)) return;
      const place = places.get(id) ?? 0;
      if (place < lastPlace) violated('texts are sent in the order in which they came', `text ${id}`);
      lastPlace = place;
    }
  }
}
