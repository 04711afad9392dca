import { setTimeout as sleep } from 'node:timers/promises';
import { checkInvariants } from './invariants.ts';
import { type Lab, type Ledger, openLab } from './lab.ts';
import type { Figure, Handicap, Row } from './row.ts';

const MINUTE_MS = 60_000;

/** The result of one run of a row. */
export interface Outcome {
  readonly row: Row;
  /** `undefined` if the row ran with its protection. */
  readonly handicap: Handicap | undefined;
  readonly figures: readonly Figure[];
  readonly tookMs: number;
  /** With the protection, whether all figures hold. Without it, whether the figure that must fail does fail. */
  readonly ok: boolean;
}

/** Runs a row and checks the invariants. With a handicap, one figure must fail, which shows that the row tests the protection. */
export async function runRow(row: Row, seed: number, handicap?: Handicap): Promise<Outcome> {
  const startedAt = performance.now();
  const { lab, ledger, close } = openLab(seed, handicap);
  const figures = await (handicap ? inTime(row, lab) : withInvariants(row, lab, ledger)).catch(
    (error: unknown) => [brokenOff(error)],
  );
  await close();
  const ok = handicap
    ? figures.some((figure) => figure.what === handicap.fails && !figure.ok)
    : figures.every((figure) => figure.ok);
  return { row, handicap, figures, tookMs: performance.now() - startedAt, ok };
}

/** Runs the row, and adds the figures of the invariants that do not hold. */
async function withInvariants(row: Row, lab: Lab, ledger: Ledger): Promise<Figure[]> {
  const figures = await inTime(row, lab);
  const invariants = await checkInvariants(ledger);
  return [...figures, ...invariants.filter(({ ok }) => !ok)];
}

/** Runs the row. Throws if it hangs. */
async function inTime(row: Row, lab: Lab): Promise<Figure[]> {
  const timer = new AbortController();
  const ms = (row.isLong ? 30 : 5) * MINUTE_MS;
  const tooLate = sleep(ms, undefined, { signal: timer.signal }).then(() => {
    throw new Error(`not done after ${ms / 1_000} s`);
  });
  tooLate.catch(() => {});
  try {
    return await Promise.race([row.run(lab), tooLate]);
  } finally {
    timer.abort();
  }
}

function brokenOff(error: unknown): Figure {
  return { what: 'broken off', value: String(error), limit: 'never', ok: false };
}
