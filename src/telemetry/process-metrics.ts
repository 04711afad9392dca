import { readdirSync, readFileSync } from 'node:fs';
import {
  constants,
  monitorEventLoopDelay,
  type NodeGCPerformanceDetail,
  type PerformanceEntry,
  PerformanceObserver,
} from 'node:perf_hooks';
import type { Clock } from '../core/clock.ts';
import type { Registry } from './registry.ts';

/** Adds series of any Node process, under the names that Prometheus' own client uses. */
export function addProcessMetrics(metrics: Registry, clock: Pick<Clock, 'epochMs'>): void {
  addProcess(metrics, Math.floor(clock.epochMs() / 1000 - process.uptime()));
  addLoopDelay(metrics);
  addMemory(metrics);
  addCollections(metrics);
}

function addProcess({ reading }: Registry, startedAt: number): void {
  const cpuSeconds = () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  };
  reading('process_cpu_seconds_total', 'CPU time of the process, that of the kernel included.', cpuSeconds);
  reading('process_start_time_seconds', 'When it started, since 1970.', () => startedAt, 'min');
  reading('process_resident_memory_bytes', 'Memory in RAM.', () => process.memoryUsage.rss());
  // Only Linux has files about the process. On other systems these series have no values.
  reading('process_open_fds', 'Open file descriptors.', () => readdirSync('/proc/self/fd').length);
  const maxFds = maxFiles();
  const known = Number.isFinite(maxFds) ? maxFds : [];
  reading('process_max_fds', 'How many file descriptors can be open.', () => known);
}

/** How many file descriptors this process can have open. Infinite if that is unknown, as on systems other than Linux. */
export function maxFiles(): number {
  try {
    const limits = readFileSync('/proc/self/limits', 'utf8');
    return Number(/^Max open files +(\d+)/m.exec(limits)?.[1] ?? Number.POSITIVE_INFINITY);
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

/** How late the event loop was since the metrics were last read. With several workers, the delay of the slowest one is reported. */
function addLoopDelay({ reading }: Registry): void {
  const delays = monitorEventLoopDelay({ resolution: 10 });
  delays.enable();
  const max = () => delays.max / 1e9;
  const p99 = () => {
    const seconds = delays.percentile(99) / 1e9;
    // The maximum was added first, so it has already been read. Now both values can start again.
    delays.reset();
    return seconds;
  };
  const help = 'Delay of the event loop since the last reading';
  reading('nodejs_eventloop_lag_max_seconds', `${help}: maximum.`, max, 'max');
  reading('nodejs_eventloop_lag_p99_seconds', `${help}: 99th percentile.`, p99, 'max');
}

function addMemory({ reading }: Registry): void {
  const memory = (part: 'heapTotal' | 'heapUsed' | 'external') => () => process.memoryUsage()[part];
  reading('nodejs_heap_size_total_bytes', "Size of V8's heap.", memory('heapTotal'));
  reading('nodejs_heap_size_used_bytes', "Used part of V8's heap.", memory('heapUsed'));
  reading('nodejs_external_memory_bytes', "Memory bound to objects in V8's heap.", memory('external'));
}

const KINDS: Readonly<Record<number, string>> = {
  [constants.NODE_PERFORMANCE_GC_MAJOR]: 'major',
  [constants.NODE_PERFORMANCE_GC_MINOR]: 'minor',
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL]: 'incremental',
  [constants.NODE_PERFORMANCE_GC_WEAKCB]: 'weakcb',
};

function addCollections({ histogram }: Registry): void {
  const bounds = [0.001, 0.01, 0.1, 1, 2, 5];
  const add = histogram('nodejs_gc_duration_seconds', 'Garbage collections, by kind.', bounds, 'kind');
  const observer = new PerformanceObserver((list) => {
    // The types lack `detail`, which every entry about a garbage collection has.
    const entries = list.getEntries() as (PerformanceEntry & { detail: NodeGCPerformanceDetail })[];
    for (const { detail, duration } of entries) add({ kind: KINDS[detail.kind] ?? 'other' }, duration / 1000);
  });
  observer.observe({ entryTypes: ['gc'] });
}
