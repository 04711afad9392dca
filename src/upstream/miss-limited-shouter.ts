import { TuohsError } from '../core/errors.ts';
import type { World } from '../core/events.ts';
import type { Shouter } from '../core/shouter.ts';

export interface MissLimits {
  /** How many callers wait for `inner` now. */
  readonly waiting: () => number;
  readonly maxWaiting: number;
  /** Whether the process is so busy that it should answer cached strings only. */
  readonly isPressed: () => boolean;
}

/** Limits how many callers wait for strings that are not cached, so that there is always room for cached ones. */
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
