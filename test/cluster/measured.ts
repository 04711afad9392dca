import { setTimeout as sleep } from 'node:timers/promises';
import { countOf, lostOf, slowestMs, statusesOf } from '../chaos/tools/statistics.ts';
import { alignedTable } from '../support/aligned-table.ts';
import type { Load } from '../support/load.ts';

export interface Row {
  readonly what: string;
  readonly tookSeconds: number;
  readonly requests: number;
  readonly failed: number;
  /** The number of requests that failed because the service had no room. */
  readonly refused: number;
  readonly slowestMs: number;
  /** The failures and their counts; empty if there were none. */
  readonly failures: string;
}

// Each row waits this long at its end, so that late failures count for the right row. No request takes longer.
const SETTLE_MS = 3000;

/** Runs `act` under load, and counts what the clients saw during that time. */
export async function measured(what: string, load: Load, act: () => Promise<unknown>): Promise<Row> {
  const before = load.answers.length;
  const startedAt = Date.now();
  await act();
  const tookSeconds = (Date.now() - startedAt) / 1000;
  await sleep(SETTLE_MS);
  const answers = load.answers.slice(before);
  if (answers.length === 0) throw new Error(`no load while: ${what}`);
  const failed = lostOf(answers);
  return {
    what,
    tookSeconds,
    requests: answers.length,
    failed: failed.length,
    refused: countOf(failed, ({ code }) => code === 'OVERLOADED'),
    slowestMs: slowestMs(answers),
    failures: statusesOf(failed),
  };
}

/** The rows as a table for people. */
export function table(rows: readonly Row[]): string {
  const cells = rows.map((row) => [
    row.what,
    `${row.tookSeconds.toFixed(0)} s`,
    String(row.requests),
    String(row.failed),
    `${row.slowestMs.toFixed(0)} ms`,
    row.failures,
  ]);
  return alignedTable([['under load', 'took', 'requests', 'failed', 'slowest', ''], ...cells]);
}
