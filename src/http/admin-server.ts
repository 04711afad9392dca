import type { World } from '../core/events.ts';
import { turns } from '../core/turns.ts';
import { type HttpServer, httpServer } from './http-server.ts';
import { preferredType } from './message.ts';
import type { Route, RouteTable } from './router.ts';

type Facts = Readonly<Record<string, unknown>>;

export interface AdminParts {
  /** Whether the service has started and does not drain. Nothing else counts: a dead dependency must not make all pods unready at once. */
  readonly isReady: () => boolean;
  /** The state of each part, for people. */
  readonly status: () => Facts | Promise<Facts>;
  readonly metrics: MetricsSource;
}

export interface MetricsSource {
  /** The media types that the metrics can have, with the default first. */
  readonly types: readonly [string, ...string[]];
  text(type: string): string | Promise<string>;
}

/** Writing the metrics is expensive. It counts as work on this many bytes, so one turn of the event loop writes them at most once. */
const METRICS_BYTES = 65_536;

const TEXT = { 'content-type': 'text/plain' };

const ADMIN_ROUTES: RouteTable<AdminParts> = {
  '/livez': get(() => ({ headers: TEXT, body: 'alive' })),
  '/readyz': get((_, { isReady }) =>
    isReady() ? { headers: TEXT, body: 'ready' } : { status: 503, headers: TEXT, body: 'not ready' },
  ),
  '/metrics': get(async (exchange, { metrics }) => {
    // Prometheus adds the parameter `escaping` for metric names. It is removed, because our names need no escaping.
    const accept = exchange.request.headers.accept?.replaceAll(/;\s*escaping=[\w-]+/g, '');
    const type = preferredType(accept, metrics.types);
    const body = await exchange.inTurn(METRICS_BYTES, () => metrics.text(type));
    return { headers: { 'content-type': type }, body, vary: 'accept' };
  }),
  '/status': get(async (_, { status }) => ({
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(await status()),
  })),
};

const LIMITS = {
  keepAliveTimeoutMs: 95_000,
  slowClientMs: 10_000,
  requestDeadlineMs: 1000,
  maxConnections: 64,
  maxHeldBytes: 4_194_304,
};

/** Probes, metrics and status for operators. Its port is never public. */
export function adminServer(parts: AdminParts, { clock, emit }: World): HttpServer {
  // Requests to this port do not count as traffic, so only their failures are reported.
  const world: World = { clock, emit: (event) => event.type !== 'answered' && emit(event) };
  // Answers close their connections only once this port closes, so probes keep their connections during the drain.
  // After that, a client that asks again and again must lose its connection, or the process would not end.
  const closing = new AbortController();
  const routes = { table: ADMIN_ROUTES, parts, nextTurn: turns(clock) };
  const server = httpServer({ ...routes, draining: closing.signal }, LIMITS, world);
  return {
    ...server,
    close(manner) {
      closing.abort();
      return server.close(manner);
    },
  };
}

function get(handle: Route<AdminParts>['handle']): { GET: Route<AdminParts> } {
  return { GET: { handle } };
}
