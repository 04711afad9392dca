import type { Cancel, Clock } from '../core/clock.ts';
import { TuohsError } from '../core/errors.ts';
import type { World } from '../core/events.ts';
import { LeaveController, type LeaveSignal } from '../core/leave-signal.ts';
import type { Call, Shout, Shouter } from '../core/shouter.ts';
import type { NextTurn } from '../core/turns.ts';
import { simpleUpperCase } from '../core/upper-case.ts';

/**
 * Answers with our own mapping if the upstream failed. Many texts can fail at the same moment, so `nextTurn` spreads the work.
 * The answer is marked as local. No cache stores it, because all caches are below this layer.
 */
export function fallbackShouter(
  inner: Shouter,
  { nextTurn }: { nextTurn: NextTurn },
  { emit }: Pick<World, 'emit'>,
): Shouter {
  return {
    shout(text, call) {
      const shout = inner.shout(text, call);
      return shout instanceof Promise ? shout.catch((error) => answerFor(text, call, error)) : shout;
    },
  };

  async function answerFor(text: string, { signal }: Call, error: unknown): Promise<Shout> {
    if (!(error instanceof TuohsError && error.code.startsWith('UPSTREAM_'))) throw error;
    await nextTurn(text.length, () => signal.aborted);
    if (signal.aborted) throw error;
    emit({ type: 'fallback' });
    return { text: simpleUpperCase(text), source: 'local', stored: false, collapsed: false };
  }
}

/**
 * Gives each call a deadline. When the deadline passes or the caller leaves, the call rejects at once and does not wait
 * for `inner`. The error of a passed deadline is `UPSTREAM_TIMEOUT`.
 */
export function deadlineShouter(
  inner: Shouter,
  { deadlineMs }: { deadlineMs: number },
  { clock }: Pick<World, 'clock'>,
): Shouter {
  return {
    shout(text, outer) {
      const call = new DeadlineCall(outer, deadlineMs, clock);
      const shout = inner.shout(text, call);
      return shout instanceof Promise ? call.wait(shout) : shout;
    },
  };
}

/** Starts its timer and listens to the caller's signal only when `signal` is first read, so a cached answer costs neither. */
class DeadlineCall extends LeaveController implements Call {
  readonly texts = 1;
  readonly #outer: Call;
  readonly #deadlineMs: number;
  readonly #clock: Clock;
  #deadline: number | undefined;
  #unwatch: Cancel | undefined;

  constructor(outer: Call, deadlineMs: number, clock: Clock) {
    super();
    this.#outer = outer;
    this.#deadlineMs = deadlineMs;
    this.#clock = clock;
  }

  /** Computed on first read. */
  get deadline(): number {
    this.#deadline ??= Math.min(this.#outer.deadline, this.#clock.now() + this.#deadlineMs);
    return this.#deadline;
  }

  override get signal(): LeaveSignal {
    this.#unwatch ??= this.#watch();
    return this;
  }

  /** Settles as `work` does, or rejects with the signal's reason if the signal aborts first. */
  wait(work: Promise<Shout>): Promise<Shout> {
    const { signal } = this;
    return new Promise<Shout>((resolve, reject) => {
      if (signal.aborted) reject(signal.reason);
      signal.addEventListener('abort', () => reject(signal.reason));
      const unwatchAnd =
        <Result>(settle: (result: Result) => void) =>
        (result: Result) => {
          this.#unwatch?.();
          settle(result);
        };
      work.then(unwatchAnd(resolve), unwatchAnd(reject));
    });
  }

  /** Aborts this call when the caller leaves or the deadline passes. Returns a function that stops the watching. */
  #watch(): Cancel {
    const { signal } = this.#outer;
    if (signal.aborted) {
      this.abort(signal.reason);
      return () => {};
    }
    const unwatch = () => {
      cancelTimer();
      signal.removeEventListener('abort', leave);
    };
    const end = (reason: unknown) => {
      unwatch();
      this.abort(reason);
    };
    const leave = () => end(signal.reason);
    const cancelTimer = this.#clock.after(this.deadline - this.#clock.now(), () =>
      end(new TuohsError('UPSTREAM_TIMEOUT', 'the deadline of the request passed')),
    );
    signal.addEventListener('abort', leave);
    return unwatch;
  }
}
