import { memoryStore } from './cache/memory-store.ts';
import type { RedisConnection } from './cache/redis-connection.ts';
import { redisStore } from './cache/redis-store.ts';
import { requestCounter } from './cache/request-counter.ts';
import type { Config } from './config/settings.ts';
import { startFacts } from './config/start-facts.ts';
import { traceEndpoint } from './config/trace-settings.ts';
import { Breaker } from './core/breaker.ts';
import { systemClock } from './core/clock.ts';
import type { Emit, World } from './core/events.ts';
import { reverser } from './core/reverse.ts';
import { reverseShout } from './core/reverse-shout.ts';
import type { Shouter } from './core/shouter.ts';
import { verifiedUpperCase } from './core/verify.ts';
import { type AdminParts, adminServer } from './http/admin-server.ts';
import { admission } from './http/admission.ts';
import { listenOn } from './http/listen-on.ts';
import { type LoopDelay, loopDelay } from './http/loop-delay.ts';
import { apiServer } from './http/server.ts';
import { lifecycle } from './lifecycle.ts';
import { jsonLog } from './telemetry/json-log.ts';
import { NO_VIEWS } from './telemetry/layer-views.ts';
import { logEvents } from './telemetry/log-events.ts';
import { type LogOutput, logOutput } from './telemetry/log-output.ts';
import { type Metrics, metrics } from './telemetry/metrics.ts';
import type { Traces } from './telemetry/traces/traces.ts';
import { batchedShouter } from './upstream/batched-shouter.ts';
import { cachedShouter } from './upstream/cached-shouter.ts';
import { coalescedShouter } from './upstream/coalesced-shouter.ts';
import { deadlineShouter } from './upstream/deadline-shouter.ts';
import { fallbackShouter } from './upstream/fallback-shouter.ts';
import { Gate } from './upstream/gate.ts';
import { gatedShouter } from './upstream/gated-shouter.ts';
import { guardedShouter } from './upstream/guarded-shouter.ts';
import { missLimitedShouter } from './upstream/miss-limited-shouter.ts';
import { retriedShouter } from './upstream/retried-shouter.ts';
import { RetryBudget } from './upstream/retry-budget.ts';
import { shoutcloudShouter } from './upstream/shoutcloud-shouter.ts';
import { readVersion } from './version.ts';

export interface App {
  /** Starts to answer; resolves with the ports, which matter where the settings say 0. */
  listen(): Promise<{ port: number; adminPort: number | undefined }>;
  /** Drains and ends; see `Lifecycle.close`. */
  close(hurry?: Promise<unknown>): Promise<void>;
  /** What the admin port tells. */
  readonly inside: AdminParts & { readonly metrics: Metrics };
}

/** What no setting changes, and only the fault laboratory takes away to see what it is good for. */
const PROTECTIONS = {
  upstreamBreaker: { failures: 10, spanMs: 1000, probes: 3, leastOpenMs: 1000, mostOpenMs: 5000 },
  redisBreaker: { failures: 3, spanMs: 0, probes: 1, leastOpenMs: 500, mostOpenMs: 2000 },
  verifyUpstream: verifiedUpperCase,
  verifyRedis: verifiedUpperCase,
  slowClientMs: 10_000,
  /** Not a protection, but as invisible as one. */
  hasShortcut: true,
  /** How late the event loop may be before unknown strings, and then all requests, are turned away. */
  missLoopDelayMs: 250,
  loopDelayMs: 500,
};

export type Protections = typeof PROTECTIONS;

export interface AppOptions {
  /** Where log lines go: stdout unless given. */
  readonly logTo?: LogOutput;
  readonly protections?: Partial<Protections>;
  /** Its process id, where this is one of several workers: they share a port, and their primary has the admin port. */
  readonly worker?: number | undefined;
}

/** Wires all parts by the settings. The only place that knows them all. */
export async function createApp(config: Config, options: AppOptions = {}): Promise<App> {
  const protections = { ...PROTECTIONS, ...options.protections };
  const version = readVersion();
  const clock = systemClock;
  const measured = metrics({ version, epochMs: clock.epochMs });
  const traces = await tracesOf(config, { clock, emit: (event) => world.emit(event) });
  const logTo = options.logTo ?? logOutput({ clock });
  const log = jsonLog({
    level: config.logLevel,
    moreFields: traces?.logFields,
    worker: options.worker,
    logTo,
  });
  const about = { version, ...startFacts(config) };
  const told = bothOf(measured.emit, logEvents(log, { clock, about }));
  const world: World = { clock, emit: traces ? bothOf(traces.emit, told) : told };

  const loop = loopDelay(clock);
  const redis = await redisOf(config, protections, world);
  const stack = shouterStack({ config, protections, redis, loop, traces }, world);
  const admitted = admission(
    {
      maxInFlight: config.maxInFlight,
      maxBodyBytes: config.maxBodyBytes,
      isOverloaded: () => loop.ms() > protections.loopDelayMs,
    },
    world,
  );
  const life = lifecycle(
    [
      () => api.close(),
      stack.close,
      () => redis?.close(),
      () => traces?.close(),
      () => admin?.close(),
      loop.stop,
    ],
    config,
    world,
  );
  const api = apiServer(
    {
      reverseShout: reverseShout(stack.shouter, reverser(config.reverseBy)),
      admission: traces
        ? { ...admitted, guard: (listener) => traces.requests(admitted.guard(listener)) }
        : admitted,
      requestCounter: requestCounter(clock, redis),
      draining: life.draining,
    },
    {
      ...config,
      version,
      slowClientMs: protections.slowClientMs,
      hasShortcut: protections.hasShortcut,
      maxBulkLines: bulkLines(config),
    },
    world,
  );
  const inside = {
    isReady: () => life.isReady(),
    status: () => ({
      version,
      ready: life.isReady(),
      requests: { inFlight: admitted.inFlight(), loopDelayMs: loop.ms() },
      ...stack.status(),
      redis: redis?.status(),
    }),
    metrics: measured,
  };
  const admin = options.worker === undefined ? adminServer(inside) : undefined;
  measured.read({
    ...stack.readings,
    inFlight: admitted.inFlight,
    isRedisUp: redis && (() => redis.status().isUp),
    logLinesDropped: logTo.dropped,
  });

  return {
    async listen() {
      const { host } = config;
      const adminPort = admin && (await listenOn(admin, { host, port: config.adminPort }));
      const port = await listenOn(api, { host, port: config.port, reusePort: options.worker !== undefined });
      life.started();
      if (adminPort !== undefined) world.emit({ type: 'listening', port, adminPort });
      return { port, adminPort };
    },
    // After the last line, which says that all else is closed.
    close: (hurry) => life.close(hurry).finally(logTo.flushed),
    inside,
  };
}

/** The OpenAPI document of the public API. Loaded only when asked for: to serve needs none of it. */
export async function describeApi(): Promise<unknown> {
  const { openApiDocument } = await import('./http/docs/openapi-document.ts');
  return openApiDocument(readVersion());
}

/** Traces, where the settings want any. Loaded only then, as Redis is: each costs every start time and memory. */
async function tracesOf(config: Config, world: World): Promise<Traces | undefined> {
  const endpoint = traceEndpoint(config);
  if (endpoint === undefined) return undefined;
  const { traces } = await import('./telemetry/traces/traces.ts');
  const options = {
    endpoint,
    protocol: config.otlpTracesProtocol ?? config.otlpProtocol,
    sampler: config.tracesSampler,
    ratio: config.tracesSamplerArg,
    version: readVersion(),
    upstreamUrl: config.shoutcloudUrl,
  };
  return traces(options, world);
}

async function redisOf(
  { redisUrl: url, redisCa: ca, redisTimeoutMs: timeoutMs }: Config,
  { redisBreaker: breaker }: Protections,
  world: World,
): Promise<RedisConnection | undefined> {
  if (url === undefined) return undefined;
  const { redisConnection } = await import('./cache/redis-connection.ts');
  return redisConnection({ url, ca, timeoutMs, breaker }, world);
}

/** As many lines as keep every connection busy with a full batch while the next one gathers, in reason. */
function bulkLines({ upstreamConnections, batchMaxItems, maxInFlight }: Config): number {
  return Math.min((upstreamConnections + 1) * batchMaxItems, Math.ceil(maxInFlight / 4));
}

interface StackParts {
  readonly config: Config;
  readonly protections: Protections;
  readonly redis: RedisConnection | undefined;
  readonly loop: LoopDelay;
  readonly traces: Traces | undefined;
}

/** The layers around the upstream, innermost first. */
function shouterStack({ config, protections, redis, loop, traces }: StackParts, world: World) {
  const seen = traces?.layers ?? NO_VIEWS;
  const breaker = new Breaker(
    { ...protections.upstreamBreaker, onChange: (state) => world.emit({ type: 'breaker', state }) },
    world,
  );
  const isWorthwhile = () => breaker.state === 'closed';
  const budget = new RetryBudget({ ratio: config.retryBudgetRatio });
  const gate = new Gate({ connections: config.upstreamConnections }, world);
  const memory = config.cacheMaxBytes > 0 ? memoryStore({ maxBytes: config.cacheMaxBytes }) : undefined;

  const shoutcloud = shoutcloudShouter(
    {
      url: config.shoutcloudUrl,
      connections: config.upstreamConnections,
      attemptTimeoutMs: config.attemptTimeoutMs,
      verify: protections.verifyUpstream,
      moreHeaders: traces?.headers,
    },
    world,
  );
  const gated = gatedShouter(seen.attempt(shoutcloud), gate);
  const guarded = guardedShouter(gated, breaker);
  const retried = retriedShouter(guarded, { retries: config.upstreamRetries, budget, isWorthwhile }, world);
  const batched = batchedShouter(
    seen.batch(retried),
    { maxItems: config.batchMaxItems, gate, budget, isWorthwhile },
    world,
  );
  const waiting = seen.waiting(batched);
  const shared = redis ? seen.cache(cachedShouter(waiting, redisCache(redis), world), 'redis') : waiting;
  const coalesced = coalescedShouter(shared, world);
  const limited = missLimitedShouter(
    coalesced,
    {
      waiting: coalesced.waiting,
      maxWaiting: Math.ceil(config.maxInFlight * 0.75),
      isPressed: () => loop.ms() > protections.missLoopDelayMs,
    },
    world,
  );
  const cached = memory ? seen.cache(cachedShouter(limited, memory, world), 'memory') : limited;
  const timed = deadlineShouter(cached, { deadlineMs: config.requestDeadlineMs }, world);
  const answered: Shouter = config.fallback === 'local' ? fallbackShouter(timed, world) : timed;

  return {
    shouter: seen.string(answered),
    readings: {
      cacheBytes: () => memory?.status().bytes ?? 0,
      retryBudgetTokens: () => budget.tokens,
      breakerState: () => breaker.state,
    },
    status: () => ({
      upstream: {
        breaker: breaker.state,
        retryBudgetTokens: budget.tokens,
        pauseMs: gate.pauseMs,
        queued: batched.queued(),
        flights: coalesced.flights(),
        waiting: coalesced.waiting(),
      },
      memory: memory?.status(),
    }),
    async close() {
      gate.close();
      await shoutcloud.close();
    },
  };

  function redisCache(connection: RedisConnection) {
    return redisStore(connection, { ttlDays: config.cacheTtlDays, verify: protections.verifyRedis }, world);
  }
}

function bothOf(first: Emit, second: Emit): Emit {
  return (event) => {
    first(event);
    second(event);
  };
}
