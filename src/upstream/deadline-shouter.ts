import type { Cancel, Clock } from '../core/clock.ts';
import { TuohsError } from '../core/errors.ts';
import type { World } from '../core/events.ts';
import { LeaveController, type LeaveSignal } from '../core/leave-signal.ts';
import type { Call, Shout, Shouter } from '../core/shouter.ts';

/**
 * Gives each call one point in time by which it is answered: with what `inner` found or with `UPSTREAM_TIMEOUT`.
 * The caller is let go at once when it leaves or its time is up, whatever `inner` does with the sign.
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

/** Makes its signal and timer only when somebody waits: an answer at hand costs neither. */
class DeadlineCall implements Call {
  readonly deadline: number;
  readonly strings = 1;
  readonly #outer: Call;
  readonly #clock: Clock;
  #controller: LeaveController | undefined;
  #cancelTimer: Cancel = () => {};

  constructor(outer: Call, deadlineMs: number, clock: Clock) {
    this.deadline = Math.min(outer.deadline, clock.now() + deadlineMs);
    this.#outer = outer;
    this.#clock = clock;
  }

  get signal(): LeaveSignal {
    this.#controller ??= this.#start();
    return this.#controller.signal;
  }

  /** What `work` comes to, or the reason of the signal if that aborts first. */
  wait(work: Promise<Shout>): Promise<Shout> {
    const { signal } = this;
    return new Promise<Shout>((resolve, reject) => {
      const leave = () => {
        this.#end();
        reject(signal.reason);
      };
      if (signal.aborted) leave();
      else signal.addEventListener('abort', leave, { once: true });
      work.then(
        (shout) => {
          this.#end();
          resolve(shout);
        },
        (error) => {
          this.#end();
          reject(error);
        },
      );
    });
  }

  #start(): LeaveController {
    const controller = new LeaveController();
    const { signal } = this.#outer;
    if (signal.aborted) controller.abort(signal.reason);
    signal.addEventListener('abort', this.#onLeave, { once: true });
    this.#cancelTimer = this.#clock.after(this.deadline - this.#clock.now(), () => {
      controller.abort(new TuohsError('UPSTREAM_TIMEOUT', 'the deadline of the request passed'));
    });
    return controller;
  }

  readonly #onLeave = () => this.#controller?.abort(this.#outer.signal.reason);

  #end(): void {
    this.#cancelTimer();
    this.#outer.signal.removeEventListener('abort', this.#onLeave);
  }
}
