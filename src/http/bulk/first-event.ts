import type { EventEmitter } from 'node:events';

/** Resolves at the first of these events, or when the signal aborts, and leaves no listener behind. */
export function firstEvent(
  emitter: EventEmitter,
  names: readonly string[],
  signal: AbortSignal,
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
