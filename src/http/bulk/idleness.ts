import type { Cancel, Clock } from '../../core/clock.ts';

export interface Idleness {
  /** Something moved. */
  readonly progressed: () => void;
  readonly stop: Cancel;
}

/** Calls `onIdle` whenever nothing has moved for `ms` milliseconds. */
export function watchIdleness(ms: number, onIdle: () => void, clock: Clock): Idleness {
  let lastProgress = clock.now();
  let cancel: Cancel = clock.after(ms, check);
  return {
    progressed() {
      lastProgress = clock.now();
    },
    stop: () => cancel(),
  };

  function check(): void {
    if (clock.now() - lastProgress >= ms) {
      lastProgress = clock.now();
      onIdle();
    }
    cancel = clock.after(Math.max(1, lastProgress + ms - clock.now()), check);
  }
}
