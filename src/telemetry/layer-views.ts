import type { CacheTier } from '../core/events.ts';
import type { Shout, Shouter } from '../core/shouter.ts';

/** Wrappers that observe layers, for traces and for the page. They do not change what a layer does. */
export interface LayerViews {
  /** Around all layers: one string of a request. */
  string(inner: Shouter): Shouter;
  /** Around a cache, and so around everything that answers a miss. */
  cache(inner: Shouter, tier: CacheTier): Shouter;
  /** Around the layer that gathers batches: the wait of one string. */
  waiting(inner: Shouter): Shouter;
  /** Directly below that layer: the work for all strings of a batch. */
  batch(inner: Shouter): Shouter;
  /** Around the layer that asks SHOUTCLOUD. */
  attempt(inner: Shouter): Shouter;
}

/** Returns the layers unchanged. */
export const NO_VIEWS: LayerViews = {
  string: (layer) => layer,
  cache: (layer) => layer,
  waiting: (layer) => layer,
  batch: (layer) => layer,
  attempt: (layer) => layer,
};

/** Two views of the same layers. */
export function bothViews(outer: LayerViews, inner: LayerViews): LayerViews {
  return {
    string: (layer) => outer.string(inner.string(layer)),
    cache: (layer, tier) => outer.cache(inner.cache(layer, tier), tier),
    waiting: (layer) => outer.waiting(inner.waiting(layer)),
    batch: (layer) => outer.batch(inner.batch(layer)),
    attempt: (layer) => outer.attempt(inner.attempt(layer)),
  };
}

/** Does the work of a layer, and passes its end to `end` or `fail`. Adds no promise to an answer without one. */
export function observed(
  work: () => Shout | Promise<Shout>,
  end: (shout: Shout) => Shout,
  fail: (error: unknown) => never,
): Shout | Promise<Shout> {
  try {
    const shout = work();
    return shout instanceof Promise ? shout.then(end, fail) : end(shout);
  } catch (error) {
    return fail(error);
  }
}
