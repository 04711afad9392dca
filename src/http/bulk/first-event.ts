import type { EventEmitter } from 'node:events';
import type { LeaveSignal } from '../../core/leave-signal.ts';

/** Resolves at the first of these events, or when the signal aborts, and leaves no listener behind. */
export function firstEvent(
  emitter: EventEmitter,
  names: readonly string[],
  signal: LeaveSignal,
): Promise<void> {
  return new Promise((resolve) => {
    const finish = () => {
      for (const name of names) emitter.off(name, finish);
      signal.removeEventListener('abort', finish);
      resolve();
    };
    for (const name of names) emitter.on(name, finish);
    signal.addEventListener('abort', finish);
    if (signal.aborted) finish();
  });
}
