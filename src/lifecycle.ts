import { within } from './core/clock.ts';
import type { World } from './core/events.ts';

export interface LifecycleOptions {
  /** How long everything is still served, so that load balancers can notice the drain. */
  readonly drainMs: number;
  /** Added to each time limit, to wait for other processes that have the same limits. */
  readonly extraMs?: number;
}

/**
 * Closes one part. With `now`, ends everything under way at once, even if the closer was called before, and rejects if a
 * caller lost an answer.
 */
export type Closer = (manner?: 'now') => unknown;

// This is longer than a drain and a deadline together. By default, Kubernetes kills the process ten seconds later.
const HARD_STOP_MS = 20_000;

/** The time for the steps that are left at the hard stop. */
const LAST_STEPS_MS = 1000;

/** Says whether the service is ready, and ends it in order: first it still serves but is not ready, then its parts close one by one. */
export function lifecycle({ drainMs, extraMs = 0 }: LifecycleOptions, { clock, emit }: World) {
  const draining = new AbortController();
  let isStarted = false;
  let closing: Promise<void> | undefined;
  const steps: Closer[] = [];
  const left = new Set<Closer>();
  const failures: unknown[] = [];
  const cut = new AbortController();

  return {
    isReady: () => isStarted && !draining.signal.aborted,
    /** Aborts when the drain begins. */
    draining: draining.signal,
    /** Call it when the service has started. The service does not become ready if it is already draining. */
    started(): void {
      isStarted = true;
    },
    /** Adds a step. The part that was added last is closed first. */
    closes: (step: Closer) => void steps.unshift(step),
    /** Adds a step that comes after all of `closes`, for parts that observe the others. */
    closesLast: (step: Closer) => void steps.push(step),
    /**
     * Drains, then takes the steps one after another. After 20 s, and at once when `hurry` resolves, the steps that are left run
     * side by side, for a second at most. Rejects if a step rejects, or if `hurry` resolved, because that cuts the drain short.
     */
    async close(hurry: Promise<unknown> = new Promise<never>(() => {})): Promise<void> {
      closing ??= drainAndClose();
      const closed = closing.then(() => 'closed');
      const hurried = hurry.then(() => 'hurried');
      const end = await within(clock, HARD_STOP_MS + extraMs, Promise.race([closed, hurried]));
      if (end === 'closed') return;
      await closeNow();
      if (end === 'hurried') throw new Error('stopped before everything was answered');
    },
  };

  async function drainAndClose(): Promise<void> {
    draining.abort();
    for (const step of steps) left.add(step);
    emit({ type: 'draining' });
    if (isStarted) await clock.sleep(drainMs, cut.signal).catch(() => {});
    for (const close of steps) if (!cut.signal.aborted) await taken(close);
    if (cut.signal.aborted) return;
    if (failures.length > 0) throw failures[0];
    emit({ type: 'closed' });
  }

  async function closeNow(): Promise<void> {
    cut.abort();
    const rest = [...left].map((close) => taken(close, 'now'));
    const ended = await within(clock, LAST_STEPS_MS + extraMs, Promise.all(rest));
    if (ended) emit({ type: 'closed' });
    if (failures.length > 0) throw failures[0];
  }

  /** Takes one step. If the step fails, the other parts must still be closed. */
  async function taken(close: Closer, manner?: 'now'): Promise<void> {
    try {
      await close(manner);
    } catch (error) {
      failures.push(error);
    } finally {
      left.delete(close);
    }
  }
}
