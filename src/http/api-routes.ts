import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';
import type { World } from '../core/events.ts';
import type { ReverseShout } from '../core/reverse-shout.ts';
import { bulk } from './routes/bulk.ts';
import { docs } from './routes/docs.ts';
import { health } from './routes/health.ts';
import { home } from './routes/home.ts';
import { shoutGet } from './routes/shout-get.ts';
import { shoutPost } from './routes/shout-post.ts';

export interface RouteParts extends World {
  readonly reverseShout: ReverseShout;
  /** What the body of a request says. */
  readonly parseBody: (request: IncomingMessage) => Promise<unknown>;
  /** Aborts when the service begins to shut down. */
  readonly draining: AbortSignal;
}

export interface RouteOptions {
  readonly version: string;
  readonly maxBodyBytes: number;
  /** How long a body may take to arrive, and a stream stand still. */
  readonly slowClientMs: number;
  /** Lines of all bulk streams together that may be under way. */
  readonly maxBulkLines: number;
}

/** Everything that the public port answers to. */
export function apiRoutes(server: FastifyInstance, parts: RouteParts, options: RouteOptions): void {
  shoutPost(server, parts);
  shoutGet(server, parts);
  bulk(server, parts, options);
  home(server, options);
  health(server, parts);
  docs(server, parts, options);
}
