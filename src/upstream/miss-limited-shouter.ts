import { TuohsError } from '../core/errors.ts';
import type { World } from '../core/events.ts';
import type { Shouter } from '../core/shouter.ts';

export interface MissLimits {
  /** Callers that may wait for `inner` at once. */
  readonly maxWaiting: number;
  /** Whether the process is so busy that only strings at hand should be answered. */
  readonly isPressed: () => boolean;
}

/** Bounds how many callers wait for strings that are not at hand, so that those that are always find room. */
export function missLimitedShouter(
  inner: Shouter,
  { maxWaiting, isPressed }: MissLimits,
  { emit }: Pick<World, 'emit'>,
): Shouter & { waiting(): number } {
  let waiting = 0;
  return {
    waiting: () => waiting,
    async shout(text, call) {
      if (waiting >= maxWaiting || isPressed()) {
        emit({ type: 'shed', reason: 'misses' });
        throw new TuohsError('OVERLOADED', 'too many callers wait for the upstream');
      }
      // A caller that leaves frees its place, though its flight may go on.
      let isHeld = true;
      const release = () => {
        if (isHeld) waiting--;
        isHeld = false;
      };
      waiting++;
      call.signal.addEventListener('abort', release, { once: true });
      try {
        return await inner.shout(text, call);
      } finally {
        release();
      }
    },
  };
}
