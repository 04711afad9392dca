import type { LeaveSignal } from './leave-signal.ts';

/** One caller's wish for an answer: how long it wants to wait, and the sign that it no longer does. */
export interface Call {
  /** Aborts when the caller leaves or its time is up. Read it only where something waits: it may be made on demand. */
  readonly signal: LeaveSignal;
  /** The point in time, on `Clock.now()`, after which an answer is of no use. */
  readonly deadline: number;
  /** How many users' strings ride on this call: more than one in a batch. */
  readonly strings: number;
  /** The calls of those strings, where this is a batch. */
  readonly riders?: readonly Call[];
}

/** An upper-cased text and where it came from. */
export interface Shout {
  readonly text: string;
  readonly source: 'memory' | 'redis' | 'upstream' | 'local';
  /** Whether a cache keeps it from now on. */
  readonly stored: boolean;
  /** Whether the call shared the flight of another one. */
  readonly collapsed: boolean;
}

/**
 * Upper-cases a well-formed text. Each layer around the upstream is one of these around another. An answer at hand is
 * returned as it is, without a promise; everything else rejects with a `TuohsError`. A call whose signal has aborted is
 * not begun, and one that waits in a queue leaves it; what was already sent goes on, for its answer is worth storing.
 */
export interface Shouter {
  shout(text: string, call: Call): Shout | Promise<Shout>;
}
