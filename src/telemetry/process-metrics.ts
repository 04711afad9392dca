import { readdirSync, readFileSync } from 'node:fs';
import {
  constants,
  monitorEventLoopDelay,
  type NodeGCPerformanceDetail,
  type PerformanceEntry,
  PerformanceObserver,
} from 'node:perf_hooks';
import { getHeapSpaceStatistics } from 'node:v8';
import type { Clock } from '../core/clock.ts';
import type { Registry } from './registry.ts';

/** Adds the series of any Node process, by the names that Prometheus' own client gives them. */
export function addProcessMetrics(metrics: Registry, clock: Pick<Clock, 'now' | 'epochMs' | 'soon'>): void {
  addProcess(metrics, Math.round(clock.epochMs() / 1000 - process.uptime()));
  addLoopDelay(metrics, clock);
  addNode(metrics);
  addCollections(metrics);
}

function addProcess({ reading }: Registry, startedAt: number): void {
  const cpu = () => process.cpuUsage();
  reading('process_cpu_user_seconds_total', 'CPU time of its own code.', () => cpu().user / 1e6);
  reading('process_cpu_system_seconds_total', 'CPU time of the kernel for it.', () => cpu().system / 1e6);
  reading('process_cpu_seconds_total', 'CPU time in all.', () => (cpu().user + cpu().system) / 1e6);
  reading('process_start_time_seconds', 'When it started, since 1970.', () => startedAt, 'omit');
  const bytes = (name: string) => () => {
    const kib = numberIn('/proc/self/status', new RegExp(`^${name}:\\s+(\\d+)`, 'm'));
    return kib && kib * 1024;
  };
  reading('process_resident_memory_bytes', 'Memory in RAM.', bytes('VmRSS'));
  reading('process_virtual_memory_bytes', 'Memory that it has addresses for.', bytes('VmSize'));
  reading('process_heap_bytes', 'Memory of its data segment.', bytes('VmData'));
  const fds = () => ifThere(() => readdirSync('/proc/self/fd').length);
  reading('process_open_fds', 'Open file descriptors.', fds);
  const maxFds = numberIn('/proc/self/limits', /^Max open files +(\d+)/m);
  reading('process_max_fds', 'How many file descriptors can be open.', () => maxFds);
}

/** Only Linux has these files. On other systems their series have no values. */
function ifThere<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

function numberIn(path: string, pattern: RegExp): number | undefined {
  const [, number] = pattern.exec(ifThere(() => readFileSync(path, 'utf8')) ?? '') ?? [];
  return number === undefined ? undefined : Number(number);
}

function addLoopDelay({ reading }: Registry, { now, soon }: Pick<Clock, 'now' | 'soon'>): void {
  let lagMs = 0;
  const measure = () => {
    const startedAt = now();
    soon(() => {
      lagMs = now() - startedAt;
    });
    return lagMs / 1000;
  };
  reading('nodejs_eventloop_lag_seconds', 'How long one turn of the event loop took.', measure, 'average');
  const delays = monitorEventLoopDelay({ resolution: 10 });
  delays.enable();
  const delay = (what: string, nanos: () => number, combine: 'min' | 'max' | 'average' = 'average') => {
    const help = `Delay of the event loop since the last reading: ${what}.`;
    reading(`nodejs_eventloop_lag_${what}_seconds`, help, () => nanos() / 1e9, combine);
  };
  delay('min', () => delays.min, 'min');
  delay('max', () => delays.max, 'max');
  delay('mean', () => delays.mean);
  delay('stddev', () => delays.stddev);
  for (const percent of [50, 90]) delay(`p${percent}`, () => delays.percentile(percent));
  delay('p99', () => {
    const nanos = delays.percentile(99);
    // This is the last of these readings, so the next ones are about the time from now on.
    delays.reset();
    return nanos;
  });
}

function addNode({ reading }: Registry): void {
  const resources = () =>
    Array.from(
      Map.groupBy(process.getActiveResourcesInfo(), String),
      ([type, { length }]) => [{ type }, length] as const,
    );
  reading('nodejs_active_resources', 'What keeps the event loop running, by type.', resources);
  const memory = (part: 'heapTotal' | 'heapUsed' | 'external') => () => process.memoryUsage()[part];
  reading('nodejs_heap_size_total_bytes', "Size of V8's heap.", memory('heapTotal'));
  reading('nodejs_heap_size_used_bytes', "Used part of V8's heap.", memory('heapUsed'));
  reading('nodejs_external_memory_bytes', "Memory bound to objects in V8's heap.", memory('external'));
  const sizes = { total: 'space_size', used: 'space_used_size', available: 'space_available_size' } as const;
  for (const [what, size] of Object.entries(sizes)) {
    const spaces = () =>
      getHeapSpaceStatistics().map(
        (of) => [{ space: of.space_name.replace('_space', '') }, of[size]] as const,
      );
    reading(`nodejs_heap_space_size_${what}_bytes`, `Spaces of V8's heap: ${what} size.`, spaces);
  }

  const [major = '', minor = '', patch = ''] = process.versions.node.split('.');
  const version = { version: process.version, major, minor, patch };
  reading('nodejs_version_info', 'Always 1; the labels say which Node runs.', () => [[version, 1]], 'first');
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
