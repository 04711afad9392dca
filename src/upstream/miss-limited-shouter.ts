import { TuohsError } from '../core/errors.ts';
import type { World } from '../core/events.ts';
import type { Shouter } from '../core/shouter.ts';

export interface MissLimits {
  /** Callers that wait for `inner` right now. */
  readonly waiting: () => number;
  /** Callers that may wait at once. */
  readonly maxWaiting: number;
  /** Whether the process is so busy that only strings at hand should be answered. */
  readonly isPressed: () => boolean;
}

/** Bounds how many callers wait for strings that are not at hand, so that those that are always find room. */
export function missLimitedShouter(
  inner: Shouter,
  { waiting, maxWaiting, isPressed }: MissLimits,
  { emit }: Pick<World, 'emit'>,
): Shouter {
  return {
    shout(text, call) {
      if (waiting() < maxWaiting && !isPressed()) return inner.shout(text, call);
      emit({ type: 'shed', reason: 'misses' });
      return Promise.reject(new TuohsError('OVERLOADED', 'too many callers wait for the upstream'));
    },
  };
}
