import type { Cancel } from '../core/clock.ts';
import { TuohsError } from '../core/errors.ts';
import type { World } from '../core/events.ts';
import type { Call } from '../core/shouter.ts';

/** Gives a place back. */
export type Release = () => void;

interface Waiting {
  readonly call: Call;
  enter(release: Release): void;
  refuse(reason: unknown): void;
}

/**
 * The way to the upstream: a place for each connection, and none while the upstream wants to be left alone. Who waits
 * gets a place in the order they came.
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

  /** Whether an attempt would start at once. */
  get isOpen(): boolean {
    return this.#free > 0 && this.#waiting.size === 0 && this.pauseMs === 0;
  }

  /** How long the upstream still wants to be left alone. */
  get pauseMs(): number {
    return Math.max(0, this.#pausedUntil - this.#clock.now());
  }

  /** Whether waiting is in vain: the pause outlasts the deadline. */
  isShutFor({ deadline }: Call): boolean {
    return this.pauseMs > 0 && this.#pausedUntil >= deadline;
  }

  /** Calls `listener` whenever the gate may have opened, and when a pause begins. */
  onChange(listener: () => void): void {
    this.#onChange = listener;
  }

  /** A place, at once where one is free. Rejects when the caller leaves, or at once when a pause outlasts its deadline. */
  take(call: Call): Release | Promise<Release> {
    call.signal.throwIfAborted();
    if (this.isShutFor(call)) throw this.#refusal();
    return this.isOpen ? this.#place() : this.#wait(call);
  }

  /** Lets nobody through for this long. */
  pause(ms: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, this.#clock.now() + ms);
    this.#cancelPause();
    this.#cancelPause = this.#clock.after(this.pauseMs, () => {
      // Timers may run a little early, and nobody would ask again.
      this.#pausedUntil = 0;
      this.#admit();
    });
    for (const waiting of this.#waiting) {
      if (this.isShutFor(waiting.call)) waiting.refuse(this.#refusal());
    }
    this.#onChange();
  }

  /** Refuses all that wait for a place: nobody would let them through any more. */
  refuseWaiting(reason: TuohsError): void {
    for (const waiting of this.#waiting) waiting.refuse(reason);
  }

  /** Forgets the pause. */
  close(): void {
    this.#cancelPause();
  }

  #wait(call: Call): Promise<Release> {
    const { promise, resolve, reject } = Promise.withResolvers<Release>();
    const leave = () => waiting.refuse(call.signal.reason);
    const end = () => {
      this.#waiting.delete(waiting);
      call.signal.removeEventListener('abort', leave);
    };
    const waiting: Waiting = {
      call,
      enter(release) {
        end();
        resolve(release);
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

  #place(): Release {
    this.#free--;
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.#free++;
      this.#admit();
    };
  }

  #admit(): void {
    for (const waiting of this.#waiting) {
      if (this.#free === 0 || this.pauseMs > 0) return;
      waiting.enter(this.#place());
    }
    this.#onChange();
  }

  #refusal(): TuohsError {
    return new TuohsError('UPSTREAM_UNREACHABLE', 'SHOUTCLOUD asked for a pause', {
      retryAfterMs: this.pauseMs,
    });
  }
}
