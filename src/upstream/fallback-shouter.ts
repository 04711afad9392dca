import { TuohsError } from '../core/errors.ts';
import type { World } from '../core/events.ts';
import type { Call, Shout, Shouter } from '../core/shouter.ts';
import { simpleUpperCase } from '../core/upper-case.ts';

/** Answers by our own mapping if the upstream failed. The answer is marked as local, and no cache is above this layer. */
export function fallbackShouter(inner: Shouter, { emit }: Pick<World, 'emit'>): Shouter {
  return {
    shout(text, call) {
      const shout = inner.shout(text, call);
      return shout instanceof Promise ? shout.catch((error) => answerFor(text, call, error)) : shout;
    },
  };

  function answerFor(text: string, { signal }: Call, error: unknown): Shout {
    if (!isUpstreamFailure(error) || signal.aborted) throw error;
    emit({ type: 'fallback' });
    return { text: simpleUpperCase(text), source: 'local', stored: false, collapsed: false };
  }
}

function isUpstreamFailure(error: unknown): boolean {
  return error instanceof TuohsError && error.code.startsWith('UPSTREAM_');
}
