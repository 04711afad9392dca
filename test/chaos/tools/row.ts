import type { Lab } from './lab.ts';

/** One measured number or word, and its limit. */
export interface Figure {
  readonly what: string;
  readonly value: number | string;
  readonly limit: string;
  readonly ok: boolean;
}

/** The settings of a second run without the protection, and the figure that must then fail. */
export interface Handicap {
  readonly env: Readonly<Record<string, string>>;
  readonly fails: string;
}

/** A row of the table of faults. `run` starts what it needs with the lab, which is closed after the row. */
export interface Row {
  readonly name: string;
  readonly group: 'upstream' | 'caches' | 'callers' | 'life cycle';
  /** Takes 10 minutes or more, so it runs only with `--long`. */
  readonly isLong?: boolean;
  readonly needsRedis?: boolean;
  /** Runs the built service in a memory cgroup. */
  readonly needsCgroup?: boolean;
  readonly unprotected?: Handicap;
  run(lab: Lab): Promise<Figure[]>;
}

export function atMost(what: string, value: number, most: number): Figure {
  return { what, value: rounded(value), limit: `<= ${rounded(most)}`, ok: value <= most };
}

export function atLeast(what: string, value: number, least: number): Figure {
  return { what, value: rounded(value), limit: `>= ${rounded(least)}`, ok: value >= least };
}

export function exactly(what: string, value: number | string, wanted: number | string): Figure {
  return { what, value, limit: `= ${wanted}`, ok: value === wanted };
}

/** A figure without a limit. */
export function noted(what: string, value: number | string): Figure {
  return { what, value: typeof value === 'number' ? rounded(value) : value, limit: '', ok: true };
}

function rounded(value: number): number {
  return Math.abs(value) >= 100 ? Math.round(value) : Math.round(value * 1000) / 1000;
}
