import Fastify, { type FastifyInstance } from 'fastify';
import type { World } from '../core/events.ts';
import type { ReverseShout } from '../core/reverse-shout.ts';
import { answerClientError } from './client-error.ts';
import { firstField } from './form.ts';
import { observeRequests } from './observe-requests.ts';
import { parsedBody } from './request-body.ts';
import { requestId } from './request-id.ts';
import { health } from './routes/health.ts';
import { home } from './routes/home.ts';
import { shoutGet } from './routes/shout-get.ts';
import { shoutPost } from './routes/shout-post.ts';
import { sendProblem } from './send-problem.ts';
import { setStandardHeaders } from './standard-headers.ts';
import { refuseUnknownRoutes } from './unknown-routes.ts';

export interface ApiOptions {
  readonly version: string;
  readonly maxBodyBytes: number;
  readonly keepAliveTimeoutMs: number;
  /** How long headers, and after them a body, may take to arrive. */
  readonly slowClientMs: number;
}

export interface ApiParts {
  readonly reverseShout: ReverseShout;
  /** While it holds, each answer closes its connection, so that keep-alive clients move on. */
  readonly isDraining: () => boolean;
}

/** The public API, not yet listening. */
export function apiServer(parts: ApiParts, options: ApiOptions, world: World): FastifyInstance {
  const bodyLimits = { maxBodyBytes: options.maxBodyBytes, bodyTimeoutMs: options.slowClientMs };
  const server = Fastify({
    genReqId: ({ headers }) => requestId(headers['x-request-id']),
    keepAliveTimeout: options.keepAliveTimeoutMs,
    // Draining comes first and ends before close(): nobody is turned away meanwhile.
    return503OnClosing: false,
    clientErrorHandler: answerClientError,
    frameworkErrors: (error, request, reply) =>
      sendProblem(world, error, request, setStandardHeaders(request, reply)),
    routerOptions: { querystringParser: (query) => ({ data: firstField(query, 'data') }) },
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false, useDefaults: false } },
    // A server-wide requestTimeout would cut long streams; bodies have a timer of their own.
    requestTimeout: 0,
    http: { headersTimeout: options.slowClientMs, connectionsCheckingInterval: 1000 },
  });

  server.setErrorHandler((error, request, reply) => sendProblem(world, error, request, reply));
  server.addHook('onRequest', (request, reply, done) => {
    setStandardHeaders(request, reply);
    if (parts.isDraining()) reply.header('connection', 'close');
    done();
  });
  observeRequests(server, world);
  refuseUnknownRoutes(server);
  server.removeAllContentTypeParsers();
  // Routes that take a body read it themselves: the framework would close the connection at each bad one.
  server.addContentTypeParser('*', async () => undefined);

  home(server, options);
  shoutPost(server, { ...parts, parseBody: (request) => parsedBody(request, bodyLimits, world.clock) });
  shoutGet(server, parts);
  health(server, parts);
  return server;
}
