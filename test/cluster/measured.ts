import { setTimeout as sleep } from 'node:timers/promises';
import type { Load } from './load.ts';

export interface Row {
  readonly what: string;
  readonly tookSeconds: number;
  readonly requests: number;
  readonly failed: number;
  /** How many of those that failed were refused for want of room. */
  readonly refused: number;
  readonly slowestMs: number;
  /** What failed, and how often; empty where nothing did. */
  readonly failures: string;
}

// As long as a request may take at most, so that what fails late is counted where it belongs.
const SETTLE_MS = 3000;

/** Does something under load, and counts what the load's callers saw of it. */
export async function measured(what: string, load: Load, act: () => Promise<unknown>): Promise<Row> {
  const before = load.samples.length;
  const start = load.samples[before - 1];
  const startedAt = Date.now();
  await act();
  const tookSeconds = (Date.now() - startedAt) / 1000;
  await sleep(SETTLE_MS);
  const samples = load.samples.slice(before);
  const end = samples.at(-1);
  if (!start || !end) throw new Error(`no load while: ${what}`);
  const failures = Object.entries(end.failures)
    .map(([outcome, count]) => [outcome, count - (start.failures[outcome] ?? 0)] as const)
    .filter(([, count]) => count > 0);
  return {
    what,
    tookSeconds,
    requests: end.answered - start.answered,
    failed: failures.reduce((sum, [, count]) => sum + count, 0),
    refused: failures.find(([outcome]) => outcome === '503 OVERLOADED')?.[1] ?? 0,
    slowestMs: samples.reduce((slowest, sample) => Math.max(slowest, sample.slowestMs), 0),
    failures: failures.map(([outcome, count]) => `${count} × ${outcome}`).join('; '),
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
  const all = [['under load', 'took', 'requests', 'failed', 'slowest', ''], ...cells];
  const widths = (all[0] ?? []).map((_, column) =>
    Math.max(...all.map((line) => (line[column] ?? '').length)),
  );
  return all
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
