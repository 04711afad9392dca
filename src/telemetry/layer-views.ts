import type { Shout, Shouter } from '../core/shouter.ts';

/**
 * Where a view can observe. `text`: all layers. `memory`, `redis`: this cache and the layers below, which answer its misses.
 * `waiting`: the layer that gathers batches, and below. `attempt`: the layer that asks SHOUTCLOUD.
 */
export type Place = 'text' | 'memory' | 'redis' | 'waiting' | 'attempt';

/** Wraps the layer at a place to observe it, for traces or the page. Does not change what the layer does. */
export type View = (place: Place, layer: Shouter) => Shouter;

/** Does the work of a layer, and reports how it ended. If the layer answers without a promise, so does this. */
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
