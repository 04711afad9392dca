import type { Breaker, Verdict } from '../core/breaker.ts';
import type { Cancel } from '../core/clock.ts';
import { AttemptError, TuohsError } from '../core/errors.ts';
import type { World } from '../core/events.ts';
import type { Call, Shouter } from '../core/shouter.ts';
import { MAX_BATCH_LENGTH } from './batch.ts';

/** If the breaker lets a call through, asks `inner`. Otherwise refuses the call at once with `UPSTREAM_UNREACHABLE`. */
export function guardedShouter(inner: Shouter, breaker: Breaker, gate: Gate): Shouter {
  return {
    async shout(text, call) {
      if (!breaker.enter()) throw breakerRefusal(breaker, gate);
      const { round } = breaker;
      try {
        const shout = await inner.shout(text, call);
        breaker.report('success');
        return shout;
      } catch (error) {
        breaker.report(verdictOn(error, text), round, error);
        throw error;
      }
    },
  };
}

/** The error of a call that the breaker refuses. Its `retryAfterMs` ends when the breaker and the gate both let calls pass. */
export function breakerRefusal({ retryAfterMs }: Breaker, { pauseMs }: Gate): TuohsError {
  return new TuohsError('UPSTREAM_UNREACHABLE', 'SHOUTCLOUD is left alone after many failures', {
    retryAfterMs: Math.max(retryAfterMs, pauseMs),
  });
}

/**
 * A rejected text, a wrong answer or a caller that left does not mean that the next call would fail. The same is true if a text
 * longer than a batch fails: such a text can take too long, or exceed a size limit of the server.
 */
function verdictOn(error: unknown, { length }: string): Verdict {
  const isAboutText = !(error instanceof AttemptError) || error.isAboutText || length > MAX_BATCH_LENGTH;
  return isAboutText ? 'neutral' : 'failure';
}

// The shortest and the longest pause after a 429 without `Retry-After`.
const FIRST_PAUSE_MS = 50;
const MOST_PAUSE_MS = 1000;

/**
 * Asks `inner` once there is a slot at the gate. A failure with `Retry-After` closes the gate of the whole process for that time. A
 * 429 without `Retry-After` also closes the gate, because retries would use up the permitted rate. Each such 429 doubles the next
 * pause, and each success halves it.
 */
export function gatedShouter(inner: Shouter, gate: Gate): Shouter {
  let nextPauseMs = FIRST_PAUSE_MS;
  return {
    async shout(text, call) {
      const waiting = gate.take(call);
      if (waiting) await waiting;
      try {
        const shout = await inner.shout(text, call);
        nextPauseMs = Math.max(FIRST_PAUSE_MS, nextPauseMs / 2);
        return shout;
      } catch (error) {
        if (error instanceof AttemptError) pauseAfter(error);
        throw error;
      } finally {
        gate.release();
      }
    },
  };

  function pauseAfter({ failure, retryAfterMs }: AttemptError): void {
    if (retryAfterMs !== undefined) return gate.pause(retryAfterMs);
    if (failure !== 'throttled') return;
    gate.pause(nextPauseMs);
    nextPauseMs = Math.min(MOST_PAUSE_MS, nextPauseMs * 2);
  }
}

interface Waiting {
  readonly call: Call;
  enter(): void;
  refuse(reason: unknown): void;
}

/**
 * The queue in front of the upstream. It has one slot for each connection, and gives out no slot during a pause. Calls
 * get slots in the order in which they came.
 */
export class Gate {
  readonly #clock: World['clock'];
  readonly #waiting = new Set<Waiting>();
  #free: number;
  #pausedUntil = 0;
  #cancelPause: Cancel = () => {};
  #onChange = () => {};

  constructor({ connections }: { connections: number }, { clock }: Pick<World, 'clock'>) {
    this.#free = connections;
    this.#clock = clock;
  }

  /** Whether a call would get a slot at once. */
  get isOpen(): boolean {
    return this.#free > 0 && this.#waiting.size === 0 && this.pauseMs === 0;
  }

  /** How much of the pause is left. */
  get pauseMs(): number {
    return Math.max(0, this.#pausedUntil - this.#clock.now());
  }

  /** Whether the pause lasts until the deadline of this call or longer. */
  outlasts({ deadline }: Call): boolean {
    return this.#pausedUntil >= deadline;
  }

  /** Sets the only listener. It is called after each change that can open the gate, and when a pause begins. */
  onChange(listener: () => void): void {
    this.#onChange = listener;
  }

  /** Takes a slot. Returns a promise if no slot is free yet. Fails if the caller leaves or a pause outlasts its deadline. */
  take(call: Call): Promise<void> | undefined {
    call.signal.throwIfAborted();
    if (this.outlasts(call)) throw this.#refusal();
    if (!this.isOpen) return this.#wait(call);
    this.#free--;
    return undefined;
  }

  /** Call it once for each slot that was taken. */
  release(): void {
    this.#free++;
    this.#admit();
  }

  /** Gives out no slot for `ms` milliseconds. Refuses waiting calls whose deadline comes before the end of the pause. */
  pause(ms: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, this.#clock.now() + ms);
    this.#cancelPause();
    this.#cancelPause = this.#clock.after(this.pauseMs, () => {
      // The timer can run a little early. Then the pause would not be over yet, and no later timer would end it.
      this.#pausedUntil = 0;
      this.#admit();
    });
    for (const waiting of this.#waiting) {
      if (this.outlasts(waiting.call)) waiting.refuse(this.#refusal());
    }
    this.#onChange();
  }

  refuseWaiting(reason: TuohsError): void {
    for (const waiting of this.#waiting) waiting.refuse(reason);
  }

  /** Stops the timer of the pause. */
  close(): void {
    this.#cancelPause();
  }

  #wait(call: Call): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const leave = () => waiting.refuse(call.signal.reason);
    const end = () => {
      this.#waiting.delete(waiting);
      call.signal.removeEventListener('abort', leave);
    };
    const waiting: Waiting = {
      call,
      enter: () => {
        end();
        this.#free--;
        resolve();
      },
      refuse(reason) {
        end();
        reject(reason);
      },
    };
    this.#waiting.add(waiting);
    call.signal.addEventListener('abort', leave);
    return promise;
  }

  #admit(): void {
    for (const waiting of this.#waiting) {
      if (this.#free === 0 || this.pauseMs > 0) return;
      waiting.enter();
    }
    this.#onChange();
  }

  #refusal(): TuohsError {
    return new TuohsError('UPSTREAM_UNREACHABLE', 'SHOUTCLOUD asked for a pause', {
      retryAfterMs: this.pauseMs,
    });
  }
}
