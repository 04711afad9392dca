import type { Answer } from './answer.ts';
import type { TextSource } from './texts.ts';

/** Callers of one kind: an open loop at a fixed rate, or all at once on connections opened before. */
export type Stream = {
  readonly label: string;
  readonly texts: TextSource;
  /** A caller that has no answer by then closes its connection; it is recorded with the code `HUNG_UP`. */
  readonly hangUpAtMs?: number;
  /** Each request on a connection of its own. */
  readonly isFresh?: boolean;
} & ({ readonly perSecond: number } | { readonly atOnce: number });

/** What the load generator does. Without `durationMs` it goes on until it is stopped. */
export interface LoadPlan {
  readonly url: string;
  readonly streams: readonly Stream[];
  readonly durationMs?: number;
}

/** What its process reports every so often: the answers since the last time, and how late its own timers ran. */
export interface LoadReport {
  readonly answers: readonly Answer[];
  readonly delays: readonly { readonly atMs: number; readonly lateMs: number }[];
}
