import { type MetricObject, Registry } from '@prometheus-io/client';

/** The series of one process, as `Metrics.series` gives them. */
export type Series = Awaited<ReturnType<Registry['getMetricsAsJSON']>>;

/** The media types that series can be written as; the first is for those who do not say what they want. */
export const METRICS_TYPES = [Registry.PROMETHEUS_CONTENT_TYPE, Registry.OPENMETRICS_CONTENT_TYPE] as const;

/** Series of one or more processes, added up, as one of these media types. */
export async function metricsText(
  parts: readonly (readonly MetricObject[])[],
  type: string,
): Promise<string> {
  if (type !== Registry.OPENMETRICS_CONTENT_TYPE) return Registry.aggregate([...parts]).metrics();
  const registry = Registry.aggregate(parts.map(openNames));
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  return together(await registry.metrics());
}

/** In OpenMetrics a counter has the name of its series without `_total`. The library adds it to each, also where it is. */
function openNames(series: readonly MetricObject[]): MetricObject[] {
  return series.map((metric) =>
    metric.type === 'counter' ? { ...metric, name: metric.name.replace(/_total$/, '') } : metric,
  );
}

/** OpenMetrics wants all lines with the same labels one after the other. The library writes the buckets of all first. */
function together(text: string): string {
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
