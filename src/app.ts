import { lookup as dnsLookup } from 'node:dns';
import { getHeapStatistics } from 'node:v8';
import type { RedisConnection } from './cache/redis-connection.ts';
import { redisStore } from './cache/redis-store.ts';
import { requestCounter } from './cache/request-counter.ts';
import { startFacts, traceEndpoint } from './config/read-config.ts';
import type { Config } from './config/settings.ts';
import { type Clock, loopDelay, systemClock } from './core/clock.ts';
import { emitTo, type World } from './core/events.ts';
import { inTurns, reverser, reverseShout } from './core/reverse.ts';
import { type Lookup, sharedLookup } from './core/shared-lookup.ts';
import { turns } from './core/turns.ts';
import { verifiedUpperCase } from './core/upper-case.ts';
import { sharedPort } from './http/acceptors.ts';
import { adminServer } from './http/admin-server.ts';
import { apiServer } from './http/api-server.ts';
import { admission } from './http/limits/admission.ts';
import { largestBodies } from './http/limits/held-bytes.ts';
import { lifecycle } from './lifecycle.ts';
import type { FaultSwitch } from './shoutcloud/fault-switch.ts';
import { shouterStack } from './shouter-stack.ts';
import { type EventStrip, eventStrip } from './telemetry/event-strip.ts';
import { logEvents } from './telemetry/log-events.ts';
import { jsonLog, type LogOutput, logOutput } from './telemetry/log-output.ts';
import { metrics } from './telemetry/metrics.ts';
import { maxFiles } from './telemetry/process-metrics.ts';
import type { Traces } from './telemetry/traces.ts';
import { roomOf } from './upstream/batch.ts';
import { httpTransport } from './upstream/http-transport.ts';
import { readSource, readVersion } from './version.ts';

export type App = Awaited<ReturnType<typeof createApp>>;

/** The values that no setting changes. */
const FIXED = {
  slowClientMs: 10_000,
  /** If the event loop is delayed by more than this, unknown texts are refused. */
  missLoopDelayMs: 250,
  /** If the event loop is delayed by more than this, all requests are refused. */
  loopDelayMs: 500,
};

export interface AppOptions {
  /** The output for log lines: stdout by default. */
  readonly logTo?: LogOutput;
  /** The source of time and randomness: the system's by default. */
  readonly clock?: Clock;
  /** Switches the faults of the embedded SHOUTCLOUD server, if there is one. */
  readonly faults?: FaultSwitch | undefined;
  /** The process id if this is one of several workers. Workers share a port, and only the primary has the admin port. */
  readonly worker?: number | undefined;
}

/** Wires all parts together according to the settings. The only place that knows all of them. */
export async function createApp(settings: Config, options: AppOptions = {}) {
  const config = { ...settings, maxConnections: mostConnections(settings) };
  const { worker, faults, clock = systemClock } = options;
  const version = readVersion();

  const measured = metrics({ version, clock });
  const lookup = sharedLookup(dnsLookup, clock);
  const traces = await tracesOf(config, lookup, { clock, emit: (event) => world.emit(event) });
  const strip = faults && eventStrip({ clock });
  const logTo = options.logTo ?? logOutput({ clock });
  const log = jsonLog({ level: config.logLevel, moreFields: traces?.logFields, worker, logTo });
  const about = { version, ...startFacts(config) };
  const lines = logEvents(log, { clock, about });
  const emit = emitTo(traces?.listeners, strip?.listeners, measured.listeners, lines);
  const world: World = { clock, emit };

  const life = lifecycle(config, world);
  life.closes(() => traces?.close());

  const loop = loopDelay(clock);
  life.closesLast(loop.stop);

  const redis = await redisOf(config, lookup, world);
  life.closes(() => redis?.close());

  const transport = httpTransport(
    { url: config.shoutcloudUrl, connections: config.upstreamConnections, lookup },
    world,
  );
  // Shared by all requests, so that no turn of the event loop has two large pieces of work.
  const nextTurn = turns(clock);
  // A known text needs a connection, too, so unknown texts must not take all of them.
  const maxTexts = Math.min(config.maxInFlight, config.maxConnections);
  const stack = shouterStack(
    {
      settings: { ...config, maxInFlight: maxTexts },
      transport: traces ? { ...transport, send: traces.attempts(transport.send) } : transport,
      redis: redis && redisStore(redis, { ttlDays: config.cacheTtlDays, verify: verifiedUpperCase }, world),
      isPressed: loop.isAbove(FIXED.missLoopDelayMs),
      nextTurn,
      views: [strip, traces].flatMap((part) => part?.view ?? []),
    },
    world,
  );
  life.closes(stack.close);

  const admitted = admission(
    { maxInFlight: config.maxInFlight, isOverloaded: loop.isAbove(FIXED.loopDelayMs) },
    world.emit,
  );
  const maxHeldBytes = config.maxBytesInFlight ?? heldBytes(config);
  const largest = largestBodies(maxHeldBytes);
  const api = apiServer(
    {
      reverseShout: reverseShout(stack.shouter, inTurns(reverser(config.reverseBy), nextTurn)),
      nextTurn,
      upstream: stack.upstream,
      breakable: strip && faults && breakable(strip, faults),
      admission: admitted,
      requestCounter: requestCounter(clock, { perMinute: config.rateLimitPerMinute, redis }),
      draining: life.draining,
      traced: traces?.requests,
    },
    {
      ...config,
      version,
      source: readSource(),
      slowClientMs: FIXED.slowClientMs,
      maxBulkLines: bulkLines(config, maxTexts),
      placesOfLine: placesOfLine(config),
      maxHeldBytes,
      // There is never room for a larger body. Without this limit, the caller would be asked to try again.
      // With this limit, the caller gets a 413.
      maxBodyBytes: Math.min(config.maxBodyBytes, largest.text),
      maxBulkBytes: Math.min(config.maxBulkBytes, largest.bulk),
    },
    world,
  );
  life.closes((manner) => api.close(manner));

  const inside = {
    isReady: life.isReady,
    status: () => ({
      version,
      ready: life.isReady(),
      requests: { inFlight: admitted.inFlight(), loopDelayMs: Math.round(loop.ms()), ...api.status() },
      ...stack.status(),
      redis: redis?.status(),
    }),
    metrics: measured,
  };
  measured.read(inside.status, logTo.dropped);
  const admin = worker === undefined ? adminServer(inside, world) : undefined;
  life.closesLast((manner) => admin?.close(manner));

  return {
    /** Starts to serve. Resolves with the ports. If a port is 0 in the settings, any free port is taken. */
    async listen(): Promise<{ port: number; adminPort: number | undefined }> {
      const { host, adminHost = host } = config;
      const adminPort = await admin?.listen({ host: adminHost, port: config.adminPort });
      // Rejects if another program has the port. `listen` with `reusePort` would not notice that.
      if (worker === undefined && config.port !== 0) await sharedPort(host, config.port);
      const reusePort = worker !== undefined || process.platform === 'linux';
      const port = await api.listen({ host, port: config.port, reusePort });
      life.started();
      if (adminPort !== undefined) world.emit({ type: 'listening', port, adminPort });
      return { port, adminPort };
    },
    /** Drains and ends; see `lifecycle`. The log is flushed last, because its last line says that everything is closed. */
    close: (hurry?: Promise<unknown>) => life.close(hurry).finally(logTo.flushed),
    /** What the admin port serves. */
    inside,
  };

  function breakable(seen: EventStrip, faults: FaultSwitch) {
    return {
      state: (after?: number) => ({
        ...faults.state(),
        breaker: stack.status().upstream.breaker,
        entries: seen.since(after),
      }),
      set: faults.set,
    };
  }
}

/** Traces, if the settings ask for them. Their code is loaded only then, because loading it takes time and memory. */
async function tracesOf(config: Config, lookup: Lookup, world: World): Promise<Traces | undefined> {
  const endpoint = traceEndpoint(config);
  if (endpoint === undefined) return undefined;
  const { traces } = await import('./telemetry/traces.ts');
  const options = {
    endpoint,
    protocol: config.otlpTracesProtocol ?? config.otlpProtocol,
    sampler: config.tracesSampler,
    ratio: config.tracesSamplerArg,
    version: readVersion(),
    upstreamUrl: config.shoutcloudUrl,
    connection: { lookup, ca: config.otlpCa, cert: config.otlpClientCertificate, key: config.otlpClientKey },
  };
  return traces(options, world);
}

async function redisOf(
  { redisUrl: url, redisCa: ca, redisTimeoutMs: timeoutMs }: Config,
  lookup: Lookup,
  world: World,
): Promise<RedisConnection | undefined> {
  if (url === undefined) return undefined;
  const { redisConnection } = await import('./cache/redis-connection.ts');
  return redisConnection({ url, ca, lookup, timeoutMs }, world);
}

/** The default of MAX_BYTES_IN_FLIGHT: the smallest of 64 MiB, a quarter of V8's heap and a quarter of this process's memory. */
function heldBytes({ webConcurrency }: Config): number {
  const groupBytes = process.constrainedMemory() || Number.POSITIVE_INFINITY;
  const { heap_size_limit: heapBytes } = getHeapStatistics();
  return Math.min(MOST_HELD_BYTES, groupBytes / webConcurrency / 4, heapBytes / 4);
}

const MOST_HELD_BYTES = 67_108_864;

/**
 * MAX_CONNECTIONS, or fewer if the process can open fewer files. Without a free file descriptor, new clients, probes and calls
 * to SHOUTCLOUD all fail.
 */
function mostConnections({ maxConnections, upstreamConnections }: Config): number {
  return Math.max(1, Math.min(maxConnections, maxFiles() - OTHER_FILES - upstreamConnections));
}

/** File descriptors for everything else: 64 connections of the admin port, listening sockets, Redis, traces, and files. */
const OTHER_FILES = 128;

/**
 * The number of lines of bulks that can be in flight. It is enough for a full batch on each connection while the next batch
 * gathers. It is at most a third of the texts that can wait, so that single texts get in, too.
 */
function bulkLines({ upstreamConnections, batchMaxItems }: Config, maxTexts: number): number {
  return Math.min((upstreamConnections + 1) * batchMaxItems, Math.ceil(maxTexts / 4));
}

/** The number of short texts that take as much room in a batch as a line of this size. Assumes two bytes per character. */
function placesOfLine({ batchMaxItems }: Config): (bytes: number) => number {
  return (bytes) => roomOf(bytes / 2, batchMaxItems) / roomOf(0, batchMaxItems);
}
