import { setTimeout as sleep } from 'node:timers/promises';
import { checkInvariants } from './invariants.ts';
import { openLab } from './lab.ts';
import type { Figure, Handicap, Row } from './row.ts';

const MINUTE_MS = 60_000;

export interface RunOptions {
  readonly seed: number;
  readonly isShort: boolean;
}

/** What a run of one row found. */
export interface Outcome {
  readonly row: Row;
  /** `undefined` for the ordinary run. */
  readonly handicap: Handicap | undefined;
  readonly figures: readonly Figure[];
  readonly invariants: readonly Figure[];
  readonly tookMs: number;
  /** Whether all figures hold; unprotected, whether the figure that must fail does. */
  readonly ok: boolean;
}

/** Runs a row and checks the invariants. */
export async function runRow(row: Row, options: RunOptions): Promise<Outcome> {
  const found = await measure(row, options, undefined);
  const ok = [...found.figures, ...found.invariants].every((figure) => figure.ok);
  return { row, handicap: undefined, ...found, ok };
}

/** Runs a row with its protection off: the proof that its check can fail. */
export async function runUnprotected(row: Row, handicap: Handicap, options: RunOptions): Promise<Outcome> {
  const found = await measure(row, options, handicap);
  const ok = found.figures.some((figure) => figure.what === handicap.fails && !figure.ok);
  return { row, handicap, ...found, ok };
}

async function measure(row: Row, options: RunOptions, handicap: Handicap | undefined) {
  const startedAt = performance.now();
  const { lab, ledger, close } = openLab({ ...options, handicap });
  try {
    const figures = await inTime(row.run(lab), patienceMs(row, options));
    const invariants = handicap ? [] : await checkInvariants(ledger);
    return { figures, invariants, tookMs: performance.now() - startedAt };
  } catch (error) {
    return { figures: [brokenOff(error)], invariants: [], tookMs: performance.now() - startedAt };
  } finally {
    await close();
  }
}

/** A row that hangs is a row that failed. */
async function inTime<T>(work: Promise<T>, ms: number): Promise<T> {
  const timer = new AbortController();
  const tooLate = sleep(ms, undefined, { signal: timer.signal }).then(() => {
    throw new Error(`not done after ${ms / 1_000} s`);
  });
  tooLate.catch(() => {});
  try {
    return await Promise.race([work, tooLate]);
  } finally {
    timer.abort();
  }
}

function patienceMs({ isLong }: Row, { isShort }: RunOptions): number {
  if (isLong) return 30 * MINUTE_MS;
  return isShort ? MINUTE_MS : 5 * MINUTE_MS;
}

function brokenOff(error: unknown): Figure {
  return { what: 'broken off', value: String(error), limit: 'never', ok: false };
}
