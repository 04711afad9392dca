import type { Results } from '../../bench/results.ts';
import { median } from '../../bench/tools/statistics.ts';
import { distinctText } from '../../bench/tools/texts.ts';
import { memoryStore } from '../../src/cache/memory-store.ts';
import { settings } from '../../src/config/settings.ts';

/** What one process and one Redis carry; rates are requests in a second. */
export interface Capacity {
  readonly knownRate: number;
  readonly redisRate: number;
  readonly unknownRate: number;
  readonly memoryEntryBytes: number;
  readonly memoryEntries: number;
}

/** A text as callers send it. */
export const SAMPLE_TEXT = distinctText('text ', 1);

/** Measured on its own, as docs/scaling.md says. */
export const REDIS_ENTRY_BYTES = 193;
export const REDIS_COMMANDS_A_SECOND = 30_000;

/** From the last whole run of `make bench`, and from the memory cache as it counts. */
export function capacityOf(results: Results): Capacity {
  const memoryEntryBytes = entryBytes();
  return {
    knownRate: rateOf(results, 'known'),
    redisRate: rateOf(results, 'redis'),
    unknownRate: rateOf(results, 'unknown'),
    memoryEntryBytes,
    memoryEntries: Math.floor(settings.cacheMaxBytes.byDefault / memoryEntryBytes),
  };
}

function rateOf({ rows }: Results, name: string): number {
  const figures = rows.find((row) => row.name === name)?.figures;
  const rate = figures?.find(({ what, unit }) => what === 'tuohs' && unit === 'req/s');
  if (!rate) throw new Error(`bench/results.json has no rate of tuohs in the row ${name}`);
  return median(rate.values);
}

function entryBytes(): number {
  const store = memoryStore({ maxBytes: 1_000_000 });
  store.set(SAMPLE_TEXT, SAMPLE_TEXT.toUpperCase());
  return store.status().bytes;
}
