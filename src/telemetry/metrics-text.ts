import { Registry } from '@prometheus-io/client';

/** The series of one process, as `Metrics.series` gives them. */
export type Series = Awaited<ReturnType<Registry['getMetricsAsJSON']>>;

/** The media types that series can be written as, the one for everybody first. */
export const METRICS_TYPES = [Registry.PROMETHEUS_CONTENT_TYPE, Registry.OPENMETRICS_CONTENT_TYPE] as const;

export type MetricsType = (typeof METRICS_TYPES)[number];

/** Series of one or more processes, added up, in this format. */
export function metricsText(parts: readonly Series[], type: MetricsType): Promise<string> {
  const isOpen = type === Registry.OPENMETRICS_CONTENT_TYPE;
  const registry = Registry.aggregate(isOpen ? parts.map(openNames) : [...parts]);
  registry.setContentType(type);
  return registry.metrics();
}

/** In OpenMetrics a counter has the name of its series without `_total`. The library adds it to each, also where it is. */
function openNames(series: Series): Series {
  return series.map((metric) =>
    metric.type === 'counter' ? { ...metric, name: metric.name.replace(/_total$/, '') } : metric,
  );
}
