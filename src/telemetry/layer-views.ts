import type { Shout, Shouter } from '../core/shouter.ts';

type Wrap = (layer: Shouter) => Shouter;

/** Wrappers that observe layers, for traces and for the page. They do not change what a layer does. */
export interface LayerViews {
  /** Around all layers: one string of a request. */
  readonly string: Wrap;
  /** Around a cache, and so around everything that answers a miss. */
  readonly memory: Wrap;
  readonly redis: Wrap;
  /** Around the layer that gathers batches: the wait of one string. */
  readonly waiting: Wrap;
  /** Directly below that layer: the work for all strings of a batch. */
  readonly batch: Wrap;
  /** Around the layer that asks SHOUTCLOUD. */
  readonly attempt: Wrap;
}

/** Views of layers of which some are not observed, and of which several views can observe the same. The first is outermost. */
export function layerViews(...all: readonly Partial<LayerViews>[]): LayerViews {
  const wrapAll = (place: keyof LayerViews) => (layer: Shouter) =>
    all.reduceRight((inner, view) => view[place]?.(inner) ?? inner, layer);
  return {
    string: wrapAll('string'),
    memory: wrapAll('memory'),
    redis: wrapAll('redis'),
    waiting: wrapAll('waiting'),
    batch: wrapAll('batch'),
    attempt: wrapAll('attempt'),
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
