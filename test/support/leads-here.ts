import type { Lookup } from '../../src/core/shared-lookup.ts';

/** A name look-up that knows only `name`, and finds 127.0.0.1 for it. */
export function leadsHere(name: string): Lookup {
  return (host, { all }, found) =>
    queueMicrotask(() => {
      if (host !== name) found(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }), '');
      else if (all) found(null, [{ address: '127.0.0.1', family: 4 }]);
      else found(null, '127.0.0.1', 4);
    });
}
