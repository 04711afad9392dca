import type { Shout, Shouter } from '../core/shouter.ts';

/**
 * What can be observed: `text` is around all layers, `memory` and `redis` around a cache and so around everything that
 * answers a miss, `waiting` around the layer that gathers batches, `attempt` around the layer that asks SHOUTCLOUD.
 */
export type Place = 'text' | 'memory' | 'redis' | 'waiting' | 'attempt';

/** Wraps the layer at a place to observe it, for traces or the page. Does not change what the layer does. */
export type View = (place: Place, layer: Shouter) => Shouter;

/** Does the work of a layer, and reports how it ended. Adds no promise to an answer without one. */
export function observed(
  work: () => Shout | Promise<Shout>,
  onShout: (shout: Shout) => void,
  onError: (error: unknown) => void,
): Shout | Promise<Shout> {
  const end = (shout: Shout) => {
    onShout(shout);
    return shout;
  };
  const fail = (error: unknown): never => {
    onError(error);
    throw error;
  };
  try {
    const shout = work();
    return shout instanceof Promise ? shout.then(end, fail) : end(shout);
  } catch (error) {
    return fail(error);
  }
}
