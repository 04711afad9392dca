import { Counter, Gauge, type MetricObject, Registry } from '@prometheus-io/client';
import type { Emit } from '../core/events.ts';
import { countDroppedLines } from './metric-readings.ts';

/** The series of one process, as `Metrics.series` gives them. */
export type Series = Awaited<ReturnType<Registry['getMetricsAsJSON']>>;

/** The media types of the metrics. The first is the default. */
export const METRICS_TYPES = [Registry.PROMETHEUS_CONTENT_TYPE, Registry.OPENMETRICS_CONTENT_TYPE] as const;

export interface SummedMetrics {
  /** Counts starts and ends of workers. */
  readonly emit: Emit;
  /** All series added up. For a process that does not answer, its last answer is used. */
  text(answers: readonly WorkerAnswer[], type?: string): Promise<string>;
  readonly types: typeof METRICS_TYPES;
}

export interface WorkerAnswer {
  readonly pid: number;
  readonly answer?: Series;
}

/** The primary's own values, read for each request for the metrics. */
export interface PrimaryReadings {
  /** How many workers serve. */
  readonly serving: () => number;
  readonly logLinesDropped: () => number;
}

/** Adds up the series of several processes. The counts of an ended process are kept, because a counter must never fall. */
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
      // A worker that has ended meanwhile is counted already.
      for (const { pid, answer } of answers) if (answer && latest.has(pid)) latest.set(pid, answer);
      return metricsText([...latest.values(), ofEnded, await own.getMetricsAsJSON()], type);
    },
    types: METRICS_TYPES,
  };
}

/** Series of one or more processes, added up, as one of these media types. */
export async function metricsText(
  parts: readonly (readonly MetricObject[])[],
  type: string,
): Promise<string> {
  if (type !== Registry.OPENMETRICS_CONTENT_TYPE) return Registry.aggregate([...parts]).metrics();
  const registry = Registry.aggregate(parts.map(openNames));
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  return grouped(await registry.metrics());
}

/** In OpenMetrics a counter is named without `_total`. The library adds it to every name, even to one that has it. */
function openNames(series: readonly MetricObject[]): MetricObject[] {
  return series.map((metric) =>
    metric.type === 'counter' ? { ...metric, name: metric.name.replace(/_total$/, '') } : metric,
  );
}

/** In OpenMetrics all lines with the same labels follow one another. The library writes all buckets first. */
function grouped(text: string): string {
  const families = text.split(/^(?=# (?:HELP|EOF))/m);
  return families
    .map((family) => [...Map.groupBy(family.split(/(?<=\n)/), labelsOf).values()].flat().join(''))
    .join('');
}

function labelsOf(line: string): string {
  if (line.startsWith('#')) return '#';
  const [, labels = ''] = /^[^{ ]+\{(.*)\} /.exec(line) ?? [];
  return labels.replace(/^le="[^"]*",?/, '');
}
