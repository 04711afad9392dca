import { open, readFile, realpath, rename, rm } from 'node:fs/promises';
import { messageOf } from '../core/text-values.ts';
import { firstStanding, type Notification, type Standing, type WatchWorld } from './standing.ts';

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

function parseState(json: string): WatchState | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return isObject(value, stateChecks) ? value : undefined;
  } catch {
    return undefined;
  }
}

type Checks<Type> = { readonly [Key in keyof Type]: (value: unknown) => boolean };

function isObject<Type>(value: unknown, checks: Checks<Type>): value is Type {
  if (typeof value !== 'object' || value === null) return false;
  const fields = new Map<string, unknown>(Object.entries(value));
  return Object.entries<(field: unknown) => boolean>(checks).every(([key, check]) => check(fields.get(key)));
}

const isOneOf =
  (...values: unknown[]) =>
  (value: unknown) =>
    values.includes(value);
const isListOf = (check: (each: unknown) => boolean) => (value: unknown) =>
  Array.isArray(value) && value.every(check);
const isText = (value: unknown) => typeof value === 'string';
const isNumber = (value: unknown) => typeof value === 'number';
const isDate = (value: unknown) => typeof value === 'string' && !Number.isNaN(Date.parse(value));

const notificationChecks: Checks<Notification> = {
  status: isOneOf('up', 'down'),
  url: isText,
  since: isText,
  at: isText,
  cause: isOneOf(null, 'service', 'upstream'),
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
  version: isOneOf(1),
  url: isText,
  status: isOneOf('up', 'down'),
  since: isDate,
  contrary: (value) => value === null || isObject(value, contraryChecks),
  owed: isListOf(isListOf((each) => isObject(each, notificationChecks))),
};

/** The state of a running watch, saved at each change. The watch goes on even if it cannot be saved. */
export interface KeptState {
  readonly value: WatchState;
  /** Resolves when it is saved, or when it is reported that it cannot be. Saves follow one another. */
  change(value: WatchState): Promise<void>;
  /** Resolves when the last change is saved. Tries again if that failed before. */
  settled(): Promise<void>;
}

/** The saved state if it is of this address, else a new one. Saves it, and rejects if nothing can be read or saved. */
export async function keptState(
  store: StateStore,
  url: string,
  { clock, emit }: WatchWorld,
): Promise<KeptState> {
  const saved = await store.load();
  if (saved && saved.url !== url) emit({ type: 'state-of-another', url: saved.url });
  const at = new Date(clock.epochMs()).toISOString();
  let value = saved?.url === url ? saved : { version: 1 as const, url, ...firstStanding(at), owed: [] };
  let isSaved = true;
  let saving = store.save(value);
  await saving;

  return {
    get value() {
      return value;
    },
    change(next) {
      value = next;
      isSaved = false;
      return settled();
    },
    settled,
  };

  function settled(): Promise<void> {
    saving = saving.then(save);
    return saving;
  }

  async function save(): Promise<void> {
    if (isSaved) return;
    try {
      isSaved = true;
      await store.save(value);
    } catch (error) {
      isSaved = false;
      emit({ type: 'state-not-saved', reason: messageOf(error) });
    }
  }
}
