import type { Kind } from './kinds.ts';

/** One setting: its environment variable, what it accepts, and what it is when nobody sets it. */
export interface Setting<T> {
  readonly name: string;
  readonly is: Kind<T>;
  readonly byDefault: T;
  readonly says: string;
  /** A secret may also come from the file that `NAME_FILE` names, and its value is never shown. */
  readonly isSecret?: true;
}

/** A row of a table of settings, whose type follows from what it accepts. */
export function setting<T>(row: Omit<Setting<T>, 'byDefault'> & { byDefault: NoInfer<T> }): Setting<T> {
  return row;
}
