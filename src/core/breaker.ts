import type { BreakerState, World } from './events.ts';

export interface BreakerOptions {
  /** How many failures in a row open the breaker. */
  readonly failures: number;
  /** The shortest time that these failures must span, because ten failures at the same moment can have one temporary cause. */
  readonly spanMs: number;
  /** How many calls are let through as probes when the open time has passed. */
  readonly probes: number;
  /** How long the breaker stays open the first time. This time doubles after each failed round of probes, up to `mostOpenMs`. */
  readonly leastOpenMs: number;
  readonly mostOpenMs: number;
  /** If the breaker opens, `cause` is the error of the last failure. */
  readonly onChange: (state: BreakerState, cause?: unknown) => void;
}

/** The outcome that a call reports. `neutral` says nothing about the health of the dependency. */
export type Verdict = 'success' | 'failure' | 'neutral';

/**
 * A circuit breaker: refuses calls at once while a dependency is down. It opens after failures in a row, lets a few
 * probes through after a while, and closes after any success. It has no timer. Each call looks at the clock.
 */
export class Breaker {
  readonly #options: BreakerOptions;
  readonly #world: Pick<World, 'clock'>;
  #state: BreakerState = 'closed';
  #failures = 0;
  #firstFailureAt = 0;
  #openUntil = 0;
  #openings = 0;
  #probesLeft = 0;
  #round = 0;

  constructor(options: BreakerOptions, world: Pick<World, 'clock'>) {
    this.#options = options;
    this.#world = world;
  }

  get state(): BreakerState {
    return this.#state;
  }

  /** Increases with each change of state. A failure counts only if its call entered in the current round. */
  get round(): number {
    return this.#round;
  }

  /** Milliseconds until the next probe is let through; 0 if the breaker is not open. */
  get retryAfterMs(): number {
    return this.#state === 'open' ? Math.max(0, this.#openUntil - this.#world.clock.now()) : 0;
  }

  /** Whether the call is let through. If so, the call must `report` exactly once. */
  enter(): boolean {
    if (this.#state === 'closed') return true;
    if (this.#state === 'open' && this.retryAfterMs === 0) this.#becomeHalfOpen();
    if (this.#state === 'open' || this.#probesLeft === 0) return false;
    this.#probesLeft--;
    return true;
  }

  /** A success counts even if its call entered in an earlier round, because it shows that the dependency works. */
  report(verdict: Verdict, round = this.#round, cause?: unknown): void {
    if (verdict === 'success') return this.#close();
    if (round !== this.#round) return;
    if (verdict === 'failure') this.#fail(cause);
    else if (this.#state === 'half-open') this.#probesLeft++;
  }

  #close(): void {
    this.#failures = 0;
    this.#openings = 0;
    this.#become('closed');
  }

  #fail(cause: unknown): void {
    const now = this.#world.clock.now();
    if (this.#failures === 0) this.#firstFailureAt = now;
    this.#failures++;
    const { failures, spanMs, probes } = this.#options;
    const isDown = this.#failures >= failures && now - this.#firstFailureAt >= spanMs;
    if (this.#state === 'closed' && isDown) this.#open(now, cause);
    if (this.#state === 'half-open' && this.#failures >= probes) this.#open(now, cause);
  }

  #open(now: number, cause: unknown): void {
    const { leastOpenMs, mostOpenMs } = this.#options;
    // The jitter keeps several processes from probing at the same moment.
    const spread = 1 + 0.25 * this.#world.clock.random();
    this.#openUntil = now + Math.min(mostOpenMs, leastOpenMs * 2 ** this.#openings * spread);
    this.#openings++;
    this.#become('open', cause);
  }

  #becomeHalfOpen(): void {
    this.#failures = 0;
    this.#probesLeft = this.#options.probes;
    this.#become('half-open');
  }

  #become(state: BreakerState, cause?: unknown): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#round++;
    this.#options.onChange(state, cause);
  }
}
