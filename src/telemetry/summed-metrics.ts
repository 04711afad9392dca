import { Counter, Gauge, Registry } from '@prometheus-io/client';
import type { Emit } from '../core/events.ts';
import { countDroppedLines } from './metrics.ts';

/** The series of one process, as `Metrics.series` gives them. */
export type Series = Awaited<ReturnType<Registry['getMetricsAsJSON']>>;

export interface SummedMetrics {
  /** Counts what happens to the processes themselves. */
  readonly emit: Emit;
  /** All series added up. Of a process that does not answer, what it said last. */
  text(answers: readonly { pid: number; answer?: Series }[]): Promise<string>;
  readonly contentType: string;
}

/** What the primary knows itself, read when somebody asks for the metrics. */
export interface PrimaryReadings {
  /** How many workers serve. */
  readonly serving: () => number;
  readonly logLinesDropped: () => number;
}

/** The series of several processes as one. What an ended process counted stays counted: a counter never falls. */
export function summedMetrics({ serving, logLinesDropped }: PrimaryReadings): SummedMetrics {
  const own = new Registry();
  const ends = new Counter({
    name: 'tuohs_worker_exits_total',
    help: 'Workers that ended without being asked to.',
    registers: [own],
  });
  new Gauge({
    name: 'tuohs_workers',
    help: 'Workers that serve.',
    registers: [own],
    collect() {
      this.set(serving());
    },
  });
  countDroppedLines(logLinesDropped, [own]);
  const latest = new Map<number, Series>();
  let ofEnded: object[] = [];

  return {
    emit(event) {
      if (event.type === 'worker-listening') latest.set(event.pid, []);
      if (event.type !== 'worker-ended') return;
      if (!event.wasAsked) ends.inc();
      const counted = (latest.get(event.pid) ?? []).filter(({ type }) => type !== 'gauge');
      latest.delete(event.pid);
      ofEnded = Registry.aggregate([ofEnded, counted]).getMetricsAsArray();
    },
    async text(answers) {
      // One that has ended meanwhile is counted already.
      for (const { pid, answer } of answers) if (answer && latest.has(pid)) latest.set(pid, answer);
      return Registry.aggregate([...latest.values(), ofEnded, await own.getMetricsAsJSON()]).metrics();
    },
    contentType: own.contentType,
  };
}
