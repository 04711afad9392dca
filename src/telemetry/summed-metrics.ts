import type { Listeners } from '../core/events.ts';
import { addDroppedLines } from './metrics.ts';
import { registry } from './registry.ts';
import { METRICS_TYPES, type Series, seriesText, summedSeries } from './series-text.ts';

export interface WorkerAnswer {
  readonly pid: number;
  readonly answer?: Series;
}

/** The primary's own values, read each time the metrics are asked for. */
export interface PrimaryReadings {
  readonly serving: () => number;
  readonly logLinesDropped: () => number;
}

/** Adds up the series of several processes. The counts of an ended process are kept, because a counter must never decrease. */
export function summedMetrics({ serving, logLinesDropped }: PrimaryReadings) {
  const own = registry();
  const exits = own.counter('tuohs_worker_exits_total', 'Workers that ended without being asked to.');
  own.reading('tuohs_workers', 'Workers that serve.', serving);
  addDroppedLines(own, logLinesDropped);
  const latest = new Map<number, Series>();
  let ofEnded: Series = [];

  return {
    listeners: {
      'worker-listening': ({ pid }) => void latest.set(pid, []),
      'worker-ended'({ pid, wasAsked }) {
        if (!wasAsked) exits({});
        const counted = (latest.get(pid) ?? []).filter(({ type }) => type !== 'gauge');
        latest.delete(pid);
        ofEnded = summedSeries([ofEnded, counted]);
      },
    } satisfies Listeners,
    /** All series added up. For a process that does not answer, its last answer is used. */
    text(answers: readonly WorkerAnswer[], type?: string): string {
      // The counts of a worker that has ended are already in `ofEnded`.
      for (const { pid, answer } of answers) if (answer && latest.has(pid)) latest.set(pid, answer);
      return seriesText(summedSeries([...latest.values(), ofEnded, own.series()]), type);
    },
    types: METRICS_TYPES,
  };
}
