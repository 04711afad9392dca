import { readFile, realpath, rename, rm, writeFile } from 'node:fs/promises';
import type { Notification, Standing, WatchWorld } from './standing.ts';

/** Everything that a watch needs to go on after a restart. */
export interface WatchState extends Standing {
  readonly version: 1;
  readonly url: string;
  /**
   * The notifications that each receiver has not got yet, oldest first. Receivers are identified by their position,
   * because an address is a secret, and because a corrected address then gets what it missed.
   */
  readonly owed: readonly (readonly Notification[])[];
}

/** Where the state of a watch is saved. */
export interface StateStore {
  /** The saved state, or `undefined` if there is none. Rejects if it cannot be read. */
  load(): Promise<WatchState | undefined>;
  /** Replaces the saved state, all of it or nothing. */
  save(state: WatchState): Promise<void>;
}

/** Saves nothing: the state ends with the process. */
export const noStateStore: StateStore = { load: async () => undefined, save: async () => {} };

/**
 * A state in a file that only its owner can read. It is replaced in one step, so that a reader finds the old state or the
 * new one. Any other content counts as no state and is reported, because the watch has to go on. Watches that run at the
 * same time must not share a file.
 */
export function fileStateStore(path: string, { emit }: Pick<WatchWorld, 'emit'>): StateStore {
  return {
    async load() {
      const json = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw error;
      });
      if (json === undefined) return undefined;
      const state = parseState(json);
      if (state === undefined) emit({ type: 'state-broken' });
      return state;
    },
    save: (state) => replace(path, `${JSON.stringify(state, undefined, 2)}\n`),
  };
}

/** Does not use the package write-file-atomic, which puts half a state into place on a nearly full disk (ADR 0033). */
async function replace(path: string, content: string): Promise<void> {
  const target = await realpath(path).catch(() => path);
  const next = `${target}.${process.pid}.tmp`;
  try {
    // A file that a killed watch has left behind can have other permissions.
    await rm(next, { force: true });
    // Without `flush`, a power cut can leave an empty file under the right name.
    await writeFile(next, content, { mode: 0o600, flush: true });
    await rename(next, target);
  } catch (error) {
    await rm(next, { force: true }).catch(() => {});
    throw error;
  }
}

function parseState(json: string): WatchState | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return isState(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

type Check = (value: unknown) => boolean;

/** Checks each of these fields. The type demands a check for every field, so a new field cannot be forgotten. */
function hasFields<Type>(checks: { readonly [Key in keyof Type]: Check }) {
  const entries = Object.entries<Check>(checks);
  return (value: unknown): value is Type => {
    const fields = new Map<string, unknown>(Object.entries(Object(value)));
    return entries.every(([key, check]) => check(fields.get(key)));
  };
}

const isText: Check = (value) => typeof value === 'string';
const isNumber: Check = (value) => typeof value === 'number';
const isDate: Check = (value) => typeof value === 'string' && !Number.isNaN(Date.parse(value));
const isStatus: Check = (value) => value === 'up' || value === 'down';
const isListOf = (check: Check) => (value: unknown) => Array.isArray(value) && value.every(check);
const isNullOr = (check: Check) => (value: unknown) => value === null || check(value);

const isNotification = hasFields<Notification>({
  status: isStatus,
  url: isText,
  since: isText,
  at: isText,
  cause: isNullOr((value) => value === 'service' || value === 'upstream'),
  reason: isText,
  freshMs: isNumber,
  knownMs: isNumber,
  downMs: isNullOr(isNumber),
});

const isContrary = hasFields<NonNullable<Standing['contrary']>>({
  rounds: (value) => Number.isInteger(value) && Number(value) >= 1,
  since: isDate,
});

const isState = hasFields<WatchState>({
  version: (value) => value === 1,
  url: isText,
  status: isStatus,
  since: isDate,
  contrary: isNullOr(isContrary),
  owed: isListOf(isListOf(isNotification)),
});
