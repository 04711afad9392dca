import type { Lab } from './lab.ts';

/** One measured number, once a round. */
export interface Figure {
  readonly what: string;
  readonly unit: string;
  readonly values: readonly number[];
  /** What it is meant to keep to, where something is. */
  readonly goal?: { readonly atLeast: number } | { readonly atMost: number };
}

/** One thing that is measured. `run` takes what it needs from the lab, which ends it again. */
export interface Row {
  readonly name: string;
  /** What is measured and how, as a sentence. */
  readonly about: string;
  readonly needsRedis?: true;
  /** Reads what only Linux tells of a process. */
  readonly needsProc?: true;
  run(lab: Lab): Promise<Figure[]>;
}
