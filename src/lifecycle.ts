import type { World } from './core/events.ts';

export interface LifecycleOptions {
  /** How long everything is still served, so that load balancers can take notice. */
  readonly drainMs: number;
}

/** One step of closing down. */
export type Closer = () => unknown;

export interface Lifecycle {
  isReady(): boolean;
  isDraining(): boolean;
  /** Says that the service has started, unless it is being closed already. */
  started(): void;
  /** Drains, then closes in the given order, each step after the one before. Further calls wait for the first. */
  close(): Promise<void>;
}

/** Readiness, and an end in order: not ready, everything still served, then `closers` one after another. */
export function lifecycle(
  closers: readonly Closer[],
  { drainMs }: LifecycleOptions,
  { clock, emit }: World,
): Lifecycle {
  let state: 'starting' | 'ready' | 'draining' = 'starting';
  let closing: Promise<void> | undefined;

  return {
    isReady: () => state === 'ready',
    isDraining: () => state === 'draining',
    started() {
      if (state === 'starting') state = 'ready';
    },
    close: () => (closing ??= drainAndClose()),
  };

  async function drainAndClose(): Promise<void> {
    const wasServing = state === 'ready';
    state = 'draining';
    emit({ type: 'draining' });
    if (wasServing) await clock.sleep(drainMs);
    for (const close of closers) await close();
    emit({ type: 'closed' });
  }
}
