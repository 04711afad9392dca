import type { Cancel, Clock } from './clock.ts';

type Addresses = readonly [address: string | { address: string; family: number }[], family?: number];

type Found = (error: NodeJS.ErrnoException | null, ...found: Addresses) => void;

/** Which addresses are wanted: `LookupOptions` of `node:dns`. */
interface LookupOptions {
  readonly all?: boolean | undefined;
}

/** Looks up the addresses of a host name. The type is that of Node's option `lookup`. */
export type Lookup = (host: string, options: LookupOptions, found: Found) => void;

/** If a look-up takes longer than this, the last known addresses are used. The look-up goes on. */
const PATIENCE_MS = 1000;

/** The error code for a name that does not exist. Any other code means that the name server has a problem. */
const NO_SUCH_NAME = 'ENOTFOUND';

/**
 * Runs only one look-up of each name at a time, and uses the last known addresses while the name server fails or does not answer.
 * A look-up cannot be cancelled, and Node runs only a few at once. Without this limit, a few look-ups that hang would make all
 * other names wait for 10 s or more.
 */
export function sharedLookup(lookup: Lookup, clock: Pick<Clock, 'after'>): Lookup {
  const names = new Map<string, Name>();

  return (host, options, found) => {
    const key = JSON.stringify([host, options]);
    const name = names.get(key) ?? { known: undefined, waiting: [], isUnderWay: false, isLate: false };
    names.set(key, name);
    name.waiting.push(found);
    if (!name.isUnderWay) begin(name, host, options);
    else if (name.isLate) queueMicrotask(() => useKnown(name));
  };

  function begin(name: Name, host: string, options: LookupOptions): void {
    name.isUnderWay = true;
    const cancel: Cancel = clock.after(PATIENCE_MS, () => {
      name.isLate = true;
      useKnown(name);
    });
    lookup(host, options, (error, ...found) => {
      cancel();
      name.isUnderWay = false;
      name.isLate = false;
      if (!error) name.known = found;
      if (error?.code !== NO_SUCH_NAME) useKnown(name);
      for (const each of name.waiting.splice(0)) each(error, '');
    });
  }
}

interface Name {
  known: Addresses | undefined;
  waiting: Found[];
  isUnderWay: boolean;
  /** Whether the look-up under way has already taken longer than `PATIENCE_MS`. */
  isLate: boolean;
}

function useKnown({ known, waiting }: Name): void {
  if (known) for (const found of waiting.splice(0)) found(null, ...known);
}
