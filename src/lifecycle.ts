import type { World } from './core/events.ts';

export interface LifecycleOptions {
  /** How long everything is still served, so that load balancers can take notice. */
  readonly drainMs: number;
  /** How much later than usual to give up: for a process that waits for others with the same limits. */
  readonly extraMs?: number;
}

/**
 * One step of closing down. Called with `now` it ends at once whatever is under way, also when it has been called before;
 * it then rejects if a caller lost an answer.
 */
export type Closer = (manner?: 'now') => unknown;

export interface Lifecycle {
  isReady(): boolean;
  /** Says that the service has started, unless it is being closed already. */
  started(): void;
  /** From the moment that the drain begins. */
  isDraining(): boolean;
  /**
   * Drains, then closes in the given order, each step after the one before. After 20 s, and at once when `hurry` resolves, the
   * steps that are left run side by side, for a second at most. Rejects if a step does, and after a `hurry`: the drain was
   * cut short.
   */
  close(hurry?: Promise<unknown>): Promise<void>;
}

// Longer than a drain and a deadline together; Kubernetes kills ten seconds later.
const HARD_STOP_MS = 20_000;

/** What is left to close when nothing is waited for any more. */
const LAST_STEPS_MS = 1000;

/** Readiness, and an end in order: not ready, everything still served, then `closers` one after another. */
export function lifecycle(
  closers: readonly Closer[],
  { drainMs, extraMs = 0 }: LifecycleOptions,
  { clock, emit }: World,
): Lifecycle {
  let isDraining = false;
  let isStarted = false;
  let closing: Promise<void> | undefined;
  const left = new Set(closers);
  const cut = new AbortController();

  return {
    isReady: () => isStarted && !isDraining,
    isDraining: () => isDraining,
    started() {
      isStarted = true;
    },
    async close(hurry = new Promise<never>(() => {})) {
      closing ??= drainAndClose();
      const closed = new AbortController();
      const hurried = hurry.then(() => 'hurried' as const);
      const late = clock.sleep(HARD_STOP_MS + extraMs, closed.signal).then(() => 'late' as const);
      const end = await Promise.race([closing, hurried, late]).finally(() => closed.abort());
      if (end === undefined) return;
      await closeNow();
      if (end === 'hurried') throw new Error('stopped before everything was answered');
    },
  };

  async function drainAndClose(): Promise<void> {
    isDraining = true;
    emit({ type: 'draining' });
    if (isStarted) await clock.sleep(drainMs, cut.signal).catch(() => {});
    const failures: unknown[] = [];
    for (const close of closers) {
      if (cut.signal.aborted) return;
      failures.push(...(await failuresOf(close)));
    }
    if (failures.length > 0) throw failures[0];
    emit({ type: 'closed' });
  }

  async function closeNow(): Promise<void> {
    cut.abort();
    const closed = new AbortController();
    const failures: unknown[] = [];
    const steps = [...left].map(async (close) => failures.push(...(await failuresOf(close, 'now'))));
    const late = clock.sleep(LAST_STEPS_MS + extraMs, closed.signal).then(() => 'late');
    const end = await Promise.race([Promise.all(steps), late]).finally(() => closed.abort());
    if (end !== 'late') emit({ type: 'closed' });
    if (failures.length > 0) throw failures[0];
  }

  /** A step that fails does not keep the others open. */
  async function failuresOf(close: Closer, manner?: 'now'): Promise<unknown[]> {
    try {
      await close(manner);
      return [];
    } catch (error) {
      return [error];
    } finally {
      left.delete(close);
    }
  }
}
