import type { WatchEvent } from './events.ts';

/** What a watcher needs of its surroundings: a clock, and a way to tell of events. */
export interface WatchWorld {
  readonly clock: WatchClock;
  readonly emit: (event: WatchEvent) => void;
}

/** Where time and chance come from. */
export interface WatchClock {
  /** Milliseconds of a monotonic clock. */
  now(): number;
  /** Milliseconds since 1970. */
  epochMs(): number;
  /** Uniform in [0, 1). */
  random(): number;
  /** Runs `run` once in `ms` milliseconds, unless cancelled. */
  after(ms: number, run: () => void): () => void;
  /** Resolves in `ms` milliseconds; rejects with the signal's reason the moment it aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}
