import type { CacheTier } from './events.ts';
import type { LeaveSignal } from './leave-signal.ts';

/** One caller's request for an answer. */
export interface Call {
  /**
   * Aborts when the caller leaves or its time is up. Read this only if something must wait: the first read can start a timer.
   */
  readonly signal: LeaveSignal;
  /** The time on `Clock.now()` after which an answer is of no use. */
  readonly deadline: number;
  /** The number of users' texts in this call: more than one in a batch. */
  readonly texts: number;
  /** If this is a batch, the calls of its texts. */
  readonly riders?: readonly Call[];
}

/** An upper-cased text and where it came from. */
export interface Shout {
  readonly text: string;
  readonly source: 'memory' | 'redis' | 'upstream' | 'local';
  /** Whether a cache has stored this shout or is storing it. */
  readonly stored: boolean;
  /** Whether the call shared the flight of another call. */
  readonly collapsed: boolean;
}

/**
 * Upper-cases a well-formed text. Each layer is a `Shouter` around another `Shouter`. A cached answer is returned without
 * a promise. Every failure rejects with a `TuohsError`. When the signal aborts, a call that has not started does not start,
 * and a waiting call leaves its queue. An attempt that was already sent goes on, because its answer is worth storing.
 */
export interface Shouter {
  shout(text: string, call: Call): Shout | Promise<Shout>;
}

/** Keeps upper-cased texts. A store never throws. If it fails, it has no answer and keeps nothing. */
export interface Store {
  readonly tier: CacheTier;
  /** The verified upper case of `text`, or `undefined`. A store that answers at once returns no promise. */
  get(text: string): string | undefined | Promise<string | undefined>;
  /** Starts to store a verified shout, and does not wait for the end. Returns false if the store cannot keep it. */
  set(text: string, shout: string): boolean;
}
