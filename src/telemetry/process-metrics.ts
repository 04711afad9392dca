import { collectDefaultMetrics, type Registry } from '@prometheus-io/client';

/**
 * Adds the series of any Node process, `process_…` and `nodejs_…`, but for those that break Prometheus' rules for names
 * (`promtool check metrics`): gauges that end in `_total`, and names that say their type. Others of them tell the same.
 */
export function processMetrics(register: Registry): void {
  // What measures the utilization cannot be left out; so seldom it costs nothing.
  collectDefaultMetrics({ register, eventLoopUtilizationTimeout: A_DAY_MS });
  for (const name of MISNAMED) register.removeSingleMetric(name);
}

const A_DAY_MS = 86_400_000;

const MISNAMED = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
  'nodejs_eventloop_utilization_histogram',
  'nodejs_eventloop_utilization_summary',
];
