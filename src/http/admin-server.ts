import { turns } from '../core/clock.ts';
import type { World } from '../core/events.ts';
import { preferredType } from './answer.ts';
import { type HttpServer, httpServer } from './http-server.ts';
import type { Route, RouteTable } from './router.ts';

type Facts = Readonly<Record<string, unknown>>;

export interface AdminParts {
  /** Started and not draining. Nothing else counts, because a dead dependency must not make all pods unready at once. */
  readonly isReady: () => boolean;
  /** The state of each part, for people. */
  readonly status: () => Facts | Promise<Facts>;
  readonly metrics: MetricsSource;
}

export interface MetricsSource {
  /** The media types that it can be written as, with the default first. */
  readonly types: readonly [string, ...string[]];
  text(type: string): string | Promise<string>;
}

const ADMIN_ROUTES: RouteTable<AdminParts> = {
  '/livez': text(() => [200, 'alive']),
  '/readyz': text(({ isReady }) => (isReady() ? [200, 'ready'] : [503, 'not ready'])),
  '/metrics': {
    GET: {
      async handle(exchange, { metrics }) {
        // Prometheus also names the escaping that it wants; our names need none.
        const accept = exchange.request.headers.accept?.replaceAll(/;\s*escaping=[\w-]+/g, '');
        const type = preferredType(accept, metrics.types);
        exchange.answer({
          headers: { 'content-type': type, vary: 'accept' },
          body: await metrics.text(type),
        });
      },
    },
  },
  '/status': {
    GET: {
      async handle(exchange, { status }) {
        exchange.answer({
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(await status()),
        });
      },
    },
  },
};

const LIMITS = {
  keepAliveTimeoutMs: 95_000,
  slowClientMs: 10_000,
  maxConnections: 64,
  maxHeldBytes: 4_194_304,
};

/** Probes, metrics and status for operators. Its port is never public. */
export function adminServer(parts: AdminParts, { clock, emit }: World): HttpServer {
  // Requests to this port are not traffic, so only failures are reported.
  const world: World = { clock, emit: (event) => event.type !== 'answered' && emit(event) };
  return httpServer(
    { table: ADMIN_ROUTES, parts, isDraining: () => false, nextTurn: turns(clock) },
    LIMITS,
    world,
  );
}

function text(answer: (parts: AdminParts) => [status: number, body: string]): { GET: Route<AdminParts> } {
  return {
    GET: {
      handle(exchange, parts) {
        const [status, body] = answer(parts);
        exchange.answer({ status, headers: { 'content-type': 'text/plain' }, body });
      },
    },
  };
}
