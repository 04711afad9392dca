import { Counter, Gauge, type MetricObject, Registry } from '@prometheus-io/client';
import type { Emit } from '../core/events.ts';
import { countDroppedLines } from './metrics.ts';
import { METRICS_TYPES, metricsText, type Series } from './metrics-text.ts';

export interface SummedMetrics {
  /** Counts what happens to the processes themselves. */
  readonly emit: Emit;
  /** All series added up. Of a process that does not answer, what it said last. */
  text(answers: readonly WorkerAnswer[], type?: string): Promise<string>;
  readonly types: typeof METRICS_TYPES;
}

export interface WorkerAnswer {
  readonly pid: number;
  readonly answer?: Series;
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
  let ofEnded: MetricObject[] = [];

  return {
    emit(event) {
      if (event.type === 'worker-listening') latest.set(event.pid, []);
      if (event.type !== 'worker-ended') return;
      if (!event.wasAsked) ends.inc();
      const counted = (latest.get(event.pid) ?? []).filter(({ type }) => type !== 'gauge');
      latest.delete(event.pid);
      ofEnded = Registry.aggregate([ofEnded, counted]).getMetricsAsArray();
    },
    async text(answers, type: string = METRICS_TYPES[0]) {
      // One that has ended meanwhile is counted already.
      for (const { pid, answer } of answers) if (answer && latest.has(pid)) latest.set(pid, answer);
      return metricsText([...latest.values(), ofEnded, await own.getMetricsAsJSON()], type);
    },
    types: METRICS_TYPES,
  };
}
