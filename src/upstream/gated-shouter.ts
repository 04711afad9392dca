import { AttemptError } from '../core/errors.ts';
import type { Shouter } from '../core/shouter.ts';
import type { Gate } from './gate.ts';

/** Asks `inner` once there is a place at the gate. A failure that names a pause shuts the gate for the whole process. */
export function gatedShouter(inner: Shouter, gate: Gate): Shouter {
  return {
    async shout(text, call) {
      const place = gate.take(call);
      const release = place instanceof Promise ? await place : place;
      try {
        return await inner.shout(text, call);
      } catch (error) {
        if (error instanceof AttemptError && error.retryAfterMs !== undefined) gate.pause(error.retryAfterMs);
        throw error;
      } finally {
        release();
      }
    },
  };
}
