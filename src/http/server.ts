import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { World } from '../core/events.ts';
import type { ReverseShout } from '../core/reverse-shout.ts';
import type { Admission } from './admission.ts';
import { ApiRequest } from './api-request.ts';
import { apiRoutes, type RouteOptions } from './api-routes.ts';
import { answerClientError } from './client-error.ts';
import { answerPreflights, type Origins, readableFrom } from './cors.ts';
import { describedOnly } from './described-only.ts';
import { firstField } from './form.ts';
import { observeRequest } from './observe-request.ts';
import { quickHead } from './quick-head.ts';
import { limitRates, quotas, type RateLimitOptions, type RequestCounter } from './rate-limit.ts';
import { parsedBody } from './request-body.ts';
import { requestId } from './request-id.ts';
import { routeMethods } from './route-methods.ts';
import { sendProblem } from './send-problem.ts';
import { shortcut } from './shortcut.ts';
import { setStandardHeaders } from './standard-headers.ts';
import { refuseUnknownRoutes } from './unknown-routes.ts';

export interface ApiOptions extends RouteOptions, RateLimitOptions {
  readonly keepAliveTimeoutMs: number;
  readonly corsOrigins: Origins | undefined;
  /** Whether single strings are answered past the framework; the answers are the same. */
  readonly hasShortcut: boolean;
}

export interface ApiParts {
  readonly reverseShout: ReverseShout;
  readonly admission: Admission;
  readonly requestCounter: RequestCounter;
  /** Once it has aborted, each answer closes its connection, so that keep-alive clients move on. */
  readonly draining: AbortSignal;
}

/** The public API, not yet listening. */
export function apiServer(parts: ApiParts, options: ApiOptions, world: World): FastifyInstance {
  const { corsOrigins } = options;
  const bodyLimits = { maxBodyBytes: options.maxBodyBytes, bodyTimeoutMs: options.slowClientMs };
  const parseBody = (request: IncomingMessage) => parsedBody(request, bodyLimits, world.clock);
  const takeFromQuota = quotas(parts.requestCounter, options);
  const writeQuickHead = quickHead(world.clock, options.keepAliveTimeoutMs);
  const server = Fastify({
    serverFactory(framework) {
      const listener = options.hasShortcut
        ? shortcut(framework, { ...parts, bodyLimits, takeFromQuota, writeQuickHead }, world)
        : framework;
      const guarded = parts.admission.guard(listener);
      return httpServer(corsOrigins ? readableFrom(corsOrigins, guarded) : guarded, options);
    },
    genReqId: ({ headers }) => requestId(headers['x-request-id']),
    // Draining comes first and ends before close(): nobody is turned away meanwhile.
    return503OnClosing: false,
    // No hook sees what fails before it has a route.
    frameworkErrors(error, request, reply) {
      observe(request, reply);
      sendProblem(world, error, request, setStandardHeaders(request, reply));
    },
    schemaController: describedOnly,
    routerOptions: { querystringParser: (query) => ({ data: firstField(query, 'data') }) },
  });

  server.setErrorHandler((error, request, reply) => sendProblem(world, error, request, reply));
  server.addHook('onRequest', (request, reply, done) => {
    observe(request, reply);
    setStandardHeaders(request, reply);
    if (parts.draining.aborted) reply.header('connection', 'close');
    done();
  });
  const methodsAt = routeMethods(server);
  if (corsOrigins) answerPreflights(server, corsOrigins, methodsAt);
  refuseUnknownRoutes(server, methodsAt);
  server.removeAllContentTypeParsers();
  // Routes that take a body read it themselves: the framework would close the connection at each bad one.
  server.addContentTypeParser('*', async () => undefined);

  if (takeFromQuota) limitRates(server, takeFromQuota);
  // Routes come after the limits, in a scope of their own, for plugins see only the routes that follow them.
  server.register(async (api) => apiRoutes(api, { ...parts, ...world, parseBody }, options));
  return server;

  function observe(request: FastifyRequest, { raw }: FastifyReply): void {
    const { method, id } = request;
    observeRequest({ method, id, route: () => request.routeOptions.url ?? 'none' }, raw, world);
  }
}

function httpServer(listener: RequestListener, { keepAliveTimeoutMs, slowClientMs }: ApiOptions): Server {
  const answer: RequestListener = (request, response) => {
    const isWithoutHost = request.headers.host === undefined && request.httpVersion === '1.1';
    if (isWithoutHost) answerClientError(new Error('a request without a host'), request.socket);
    else listener(request, response);
  };
  const server = createServer(
    {
      IncomingMessage: ApiRequest,
      keepAliveTimeout: keepAliveTimeoutMs,
      headersTimeout: slowClientMs,
      connectionsCheckingInterval: 1000,
      // A server-wide requestTimeout would cut long streams; bodies have a timer of their own.
      requestTimeout: 0,
      // Node would answer it by itself, without a body.
      requireHostHeader: false,
    },
    answer,
  );
  // Node would answer 417 by itself, without a body; expectations may be ignored (RFC 9110 §10.1.1).
  return server.on('checkExpectation', answer).on('clientError', answerClientError);
}
