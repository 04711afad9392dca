import type { Cancel, Clock, NextTurn } from '../core/clock.ts';
import { TuohsError } from '../core/errors.ts';
import type { World } from '../core/events.ts';
import { LeaveController, type LeaveSignal } from '../core/leave-signal.ts';
import type { Call, Shout, Shouter } from '../core/shouter.ts';
import { simpleUpperCase } from '../core/upper-case.ts';

/**
 * Answers with our own mapping if the upstream failed. Each text takes its turn of the event loop, because many fail at the
 * same moment. The answer is marked as local. No cache stores it, because all are below this layer.
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
 * Gives each call a deadline: it settles with the answer of `inner`, or rejects with `UPSTREAM_TIMEOUT`. When the caller
 * leaves or its time is up, it rejects at once, whatever `inner` does with the signal.
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

/** Makes its signal, timer and listener only when something waits, so a cached answer costs none of them. */
class DeadlineCall implements Call {
  readonly texts = 1;
  readonly #outer: Call;
  readonly #deadlineMs: number;
  readonly #clock: Clock;
  #deadline: number | undefined;
  #left: LeaveController | undefined;
  #unwatch: Cancel = () => {};

  constructor(outer: Call, deadlineMs: number, clock: Clock) {
    this.#outer = outer;
    this.#deadlineMs = deadlineMs;
    this.#clock = clock;
  }

  /** Computed on first read. */
  get deadline(): number {
    this.#deadline ??= Math.min(this.#outer.deadline, this.#clock.now() + this.#deadlineMs);
    return this.#deadline;
  }

  get signal(): LeaveSignal {
    if (this.#left === undefined) {
      this.#left = new LeaveController();
      this.#watch(this.#left);
    }
    return this.#left;
  }

  /** Settles as `work` does, or rejects with the signal's reason if that aborts first. */
  wait(work: Promise<Shout>): Promise<Shout> {
    const { signal } = this;
    return new Promise<Shout>((resolve, reject) => {
      if (signal.aborted) reject(signal.reason);
      signal.addEventListener('abort', () => reject(signal.reason));
      work.finally(() => this.#unwatch()).then(resolve, reject);
    });
  }

  /** Aborts when the caller leaves or the time is up. */
  #watch(left: LeaveController): void {
    const { signal } = this.#outer;
    if (signal.aborted) return left.abort(signal.reason);
    const end = (reason: unknown) => {
      this.#unwatch();
      left.abort(reason);
    };
    const leave = () => end(signal.reason);
    const cancelTimer = this.#clock.after(this.deadline - this.#clock.now(), () => {
      end(new TuohsError('UPSTREAM_TIMEOUT', 'the deadline of the request passed'));
    });
    signal.addEventListener('abort', leave);
    this.#unwatch = () => {
      cancelTimer();
      signal.removeEventListener('abort', leave);
    };
  }
}
