import type { World } from './core/events.ts';

export interface LifecycleOptions {
  /** How long everything is still served, so that load balancers can take notice. */
  readonly drainMs: number;
}

/** One step of closing down. */
export type Closer = () => unknown;

export interface Lifecycle {
  isReady(): boolean;
  /** Says that the service has started, unless it is being closed already. */
  started(): void;
  /** From the moment that the drain begins. */
  isDraining(): boolean;
  /**
   * Drains, then closes in the given order, each step after the one before. Rejects when that takes longer than 20 s,
   * or at once when `hurry` resolves: then not everything was answered.
   */
  close(hurry?: Promise<unknown>): Promise<void>;
}

// Longer than a drain and a deadline together; Kubernetes kills ten seconds later.
const HARD_STOP_MS = 20_000;

/** Readiness, and an end in order: not ready, everything still served, then `closers` one after another. */
export function lifecycle(
  closers: readonly Closer[],
  { drainMs }: LifecycleOptions,
  { clock, emit }: World,
): Lifecycle {
  let isDraining = false;
  let isStarted = false;
  let closing: Promise<void> | undefined;

  return {
    isReady: () => isStarted && !isDraining,
    isDraining: () => isDraining,
    started() {
      isStarted = true;
    },
    async close(hurry = new Promise<never>(() => {})) {
      closing ??= drainAndClose();
      const closed = new AbortController();
      await Promise.race([closing, hardStop(hurry, closed.signal)]).finally(() => closed.abort());
    },
  };

  async function drainAndClose(): Promise<void> {
    isDraining = true;
    emit({ type: 'draining' });
    if (isStarted) await clock.sleep(drainMs);
    const failures: unknown[] = [];
    for (const close of closers) {
      // One that fails does not keep the others open.
      await Promise.resolve()
        .then(close)
        .catch((error) => failures.push(error));
    }
    if (failures.length > 0) throw failures[0];
    emit({ type: 'closed' });
  }

  async function hardStop(hurry: Promise<unknown>, closed: AbortSignal): Promise<never> {
    await Promise.race([hurry, clock.sleep(HARD_STOP_MS, closed)]);
    throw new Error('stopped before everything was answered');
  }
}
