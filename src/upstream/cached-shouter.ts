import type { World } from '../core/events.ts';
import type { Call, Shout, Shouter, Store } from '../core/shouter.ts';

/** Answers from the store if it can. Otherwise asks `inner`, and stores the answer without waiting for it. */
export function cachedShouter(inner: Shouter, store: Store, { emit }: Pick<World, 'emit'>): Shouter {
  const { tier } = store;
  return {
    shout(text, call) {
      const known = store.get(text);
      return known instanceof Promise
        ? known.then((shout) => answer(shout, text, call))
        : answer(known, text, call);
    },
  };

  function answer(known: string | undefined, text: string, call: Call): Shout | Promise<Shout> {
    emit({ type: 'cache-read', tier, result: known === undefined ? 'miss' : 'hit' });
    if (known !== undefined) return { text: known, source: tier, stored: true, collapsed: false };
    const shout = inner.shout(text, call);
    return shout instanceof Promise ? shout.then((late) => keep(text, late)) : keep(text, shout);
  }

  function keep(text: string, shout: Shout): Shout {
    // If calls shared a flight, only the one that started it stores the answer.
    if (shout.collapsed) return shout;
    const isStored = store.set(text, shout.text);
    return { ...shout, stored: shout.stored || isStored };
  }
}
