import type { Shout, Shouter } from '../core/shouter.ts';

/**
 * The layers that a view can observe. `text`: all layers. `memory`, `redis`: this cache and all layers below it. `waiting`: the
 * layer that gathers batches and all layers below it. `attempt`: the layer that asks SHOUTCLOUD.
 */
export type Place = 'text' | 'memory' | 'redis' | 'waiting' | 'attempt';

/** Wraps the layer at a place to observe it, for traces or for the playground. Does not change what the layer does. */
export type View = (place: Place, layer: Shouter) => Shouter;

/** Does the work of a layer, and reports how it ended. Returns no promise if the layer returns none. */
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
