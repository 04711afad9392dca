import { open, readFile, realpath, rename, rm } from 'node:fs/promises';
import type { WatchWorld } from './events.ts';
import type { Notification, Standing } from './standing.ts';

/** Everything that a watcher needs to go on after a restart. */
export interface WatchState extends Standing {
  readonly version: 1;
  readonly url: string;
  /**
   * The notifications that each receiver has not got yet, oldest first. Receivers go by their place, because an address is
   * a secret, and because a corrected address then gets what it missed.
   */
  readonly owed: readonly (readonly Notification[])[];
}

/** Where the state of a watcher is saved. */
export interface StateStore {
  /** The saved state, or `undefined` if there is none. Rejects if it cannot be read. */
  load(): Promise<WatchState | undefined>;
  /** Replaces the saved state, all of it or nothing. */
  save(state: WatchState): Promise<void>;
}

/** A state that ends with the process. */
export function memoryStateStore(): StateStore {
  let saved: WatchState | undefined;
  return {
    load: async () => saved,
    async save(state) {
      saved = state;
    },
  };
}

/**
 * A state in a file that only its owner can read. It is replaced in one step, so that a reader finds the old state or the
 * new one. A file with anything else counts as no state and is reported, because the watch is to go on. Watchers that run
 * at the same time must not share a file.
 */
export function fileStateStore(path: string, { emit }: Pick<WatchWorld, 'emit'>): StateStore {
  return {
    async load() {
      const json = await textOf(path);
      if (json === undefined) return undefined;
      const state = parseState(json);
      if (state === undefined) emit({ type: 'state-broken' });
      return state;
    },
    save: (state) => replace(path, state),
  };
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Does not use the package write-file-atomic, which puts half a state into place on a nearly full disk (ADR 0033). */
async function replace(path: string, state: WatchState): Promise<void> {
  const target = await realpath(path).catch(() => path);
  const next = `${target}.${process.pid}.tmp`;
  try {
    const file = await open(next, 'w', 0o600);
    try {
      // A file that a killed watcher left can be open to others.
      await file.chmod(0o600);
      await file.writeFile(`${JSON.stringify(state, undefined, 2)}\n`);
      // Without it, a power cut can leave an empty file under the right name.
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(next, target);
  } catch (error) {
    await rm(next, { force: true }).catch(() => {});
    throw error;
  }
}

type Checks<Type> = { readonly [Key in keyof Type]: (value: unknown) => boolean };

const isText = (value: unknown) => typeof value === 'string';
const isNumber = (value: unknown) => typeof value === 'number';
const isDate = (value: unknown) => typeof value === 'string' && !Number.isNaN(Date.parse(value));
const isStatus = (value: unknown) => value === 'up' || value === 'down';

const notificationChecks: Checks<Notification> = {
  status: isStatus,
  url: isText,
  since: isText,
  at: isText,
  cause: (value) => value === null || value === 'service' || value === 'upstream',
  reason: isText,
  freshMs: isNumber,
  knownMs: isNumber,
  downMs: (value) => value === null || isNumber(value),
};

const contraryChecks: Checks<NonNullable<Standing['contrary']>> = {
  rounds: (value) => Number.isInteger(value) && Number(value) >= 1,
  since: isDate,
};

const stateChecks: Checks<WatchState> = {
  version: (value) => value === 1,
  url: isText,
  status: isStatus,
  since: isDate,
  contrary: (value) => value === null || isObject(value, contraryChecks),
  owed: (value) => isListOf(value, (list) => isListOf(list, (each) => isObject(each, notificationChecks))),
};

function parseState(json: string): WatchState | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return isObject(value, stateChecks) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject<Type>(value: unknown, checks: Checks<Type>): value is Type {
  if (typeof value !== 'object' || value === null) return false;
  const fields = new Map<string, unknown>(Object.entries(value));
  return Object.entries<(field: unknown) => boolean>(checks).every(([key, check]) => check(fields.get(key)));
}

function isListOf(value: unknown, check: (each: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(check);
}
