import { randomBytes } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { World } from '../core/events.ts';
import type { NextTurn } from '../core/turns.ts';
import { acceptors } from './acceptors.ts';
import { brokenRequests } from './broken-requests.ts';
import { serverClosing } from './closing.ts';
import { crossOrigin, type Origins } from './cross-origin.ts';
import { Exchange, type ExchangeHost } from './exchange.ts';
import type { Admission } from './limits/admission.ts';
import { connections } from './limits/connections.ts';
import { byteBudget } from './limits/held-bytes.ts';
import type { TakeFromQuota } from './limits/quota.ts';
import { cutSlowest } from './limits/slowest-clients.ts';
import { stalledClients } from './limits/stalled-clients.ts';
import type { Outcome } from './message.ts';
import { framingFault } from './message.ts';
import {
  createServer,
  headWriter,
  InlineBodyRequest,
  keptTick,
  SOCKETS,
  setMaxIdleHTTPParsers,
} from './node-http.ts';
import { badInput, MAX_HEADERS, MethodNotAllowed } from './problem.ts';
import { type RouteTable, router } from './router.ts';
import { workTurns } from './work-turns.ts';

/** The routes of a server, and the checks in front of them. */
export interface ServerParts<Parts> {
  readonly table: RouteTable<Parts>;
  /** Passed to each route. */
  readonly parts: Parts;
  readonly admission?: Admission;
  readonly takeFromQuota?: TakeFromQuota | undefined;
  /** Aborts when the drain begins. */
  readonly draining: AbortSignal;
  readonly nextTurn: NextTurn;
  /** Wraps the listener, to trace requests. */
  readonly traced?: ((listener: RequestListener) => RequestListener) | undefined;
}

export interface ServerOptions {
  readonly corsOrigins?: Origins | undefined;
  readonly keepAliveTimeoutMs: number;
  /** How long the headers can take, and how long a client can go on without sending more of its body or reading its answer. */
  readonly slowClientMs: number;
  /** How long a text can wait for its answer. */
  readonly requestDeadlineMs: number;
  readonly maxConnections: number;
  /** How many bytes clients can make the process hold. */
  readonly maxHeldBytes: number;
}

export type HttpServer = ReturnType<typeof httpServer>;

/** How many parsers of closed connections Node keeps for new connections. Each takes 12 KB. By default, Node keeps 1,000 forever. */
const IDLE_PARSERS = 256;

/** A body that holds at most this part of the byte budget, divided by `maxConnections`, is not cut off to make room. */
const SPARED = 1 / 2;

/** A server for one table of routes. The public port and the admin port each have one. */
export function httpServer<Parts>(
  { table, parts, admission, takeFromQuota, draining, nextTurn, traced }: ServerParts<Parts>,
  options: ServerOptions,
  world: World,
) {
  const { corsOrigins, keepAliveTimeoutMs, slowClientMs, requestDeadlineMs, maxConnections, maxHeldBytes } =
    options;
  const find = router(table);
  const isClosing = () => closing.hasBegun();
  const open = connections({ maxConnections, slowClientMs }, { ...world, nextTurn, isClosing });
  const sparedBytes = (maxHeldBytes * SPARED) / maxConnections;
  const cutOff = (bytes: number, nowMs: number) => cutSlowest(open.all(), { bytes, sparedBytes }, nowMs);
  const budget = byteBudget(maxHeldBytes, cutOff, world);
  const host: ExchangeHost = {
    ...world,
    draining,
    isClosing,
    writeHead: headWriter(world.clock, keepAliveTimeoutMs),
    crossOrigin: corsOrigins && crossOrigin(corsOrigins),
    budget,
    source: open,
    turns: workTurns(nextTurn, world.clock),
    newId: requestIds(),
  };
  const refuseBroken = brokenRequests(open, host);
  const limits = { slowClientMs, keepAliveTimeoutMs, isClosing };
  const onIdle = stalledClients(open, limits, world.clock);
  const listener = traced?.(begin) ?? begin;
  const server = createServer(
    {
      ...SOCKETS,
      IncomingMessage: InlineBodyRequest,
      // 0 turns off Node's keep-alive timer, which would start anew after each answer. The idle timer of the socket is enough.
      keepAliveTimeout: 0,
      headersTimeout: slowClientMs,
      connectionsCheckingInterval: Math.min(1000, slowClientMs),
      // A limit for the whole request would end a long upload that makes progress.
      requestTimeout: 0,
      // With true, Node itself would answer a request without `Host`, and send no body.
      requireHostHeader: false,
      optimizeEmptyRequests: true,
      // True makes Node stop parsing the connection. That is needed once no more of its requests will be
      // answered. We never upgrade a connection to another protocol.
      shouldUpgradeCallback: ({ socket }) => socket.destroyed || (open.of(socket)?.isFull ?? false),
    },
    listener,
  );
  const listening = acceptors(server, world.clock);
  const closing = serverClosing(open, listening, requestDeadlineMs, world.clock);
  setMaxIdleHTTPParsers(IDLE_PARSERS);
  // Node keeps at most this many headers in `headers`. If there were more, `rawHeaders` is longer.
  server.maxHeadersCount = MAX_HEADERS;
  server.setTimeout(slowClientMs, onIdle);
  // `httpAllowHalfOpen` (not documented) lets a client close its sending side after its request and still read the answer.
  Object.assign(server, { httpAllowHalfOpen: true, kept: keptTick() });
  // `server.close` calls this. Node's own version would cut off clients that are still reading an answer, because it counts them as idle.
  server.closeIdleConnections = () => {};
  server.on('connection', (socket) => {
    open.add(socket);
    // When Node stops parsing, it removes its own `drain` listener. Without this copy, a long answer would then never continue.
    for (const onDrain of socket.listeners('drain')) socket.on('drain', () => onDrain());
  });
  server.on('clientError', refuseBroken);
  // Without these listeners Node writes `100 Continue` before the request is checked, or a 417 without a body.
  server.on('checkContinue', listener).on('checkExpectation', listener);
  server.on('upgrade', (_request, socket) => stopParsing(socket));
  server.on('connect', (_request, socket) => {
    stopParsing(socket);
    refuseBroken(new MethodNotAllowed(''), socket);
  });

  return {
    /** Node calls this for each request. Tests call it directly, without a connection. */
    listener,
    /** The open connections, and the bytes that clients make the process hold. */
    status: () => ({ connections: open.count(), heldBytes: budget.bytes }),
    listen: listening.listen,
    close: closing.close,
  };

  /** Node has stopped handling this connection. Answers to earlier requests are still sent, or cut off if the client does not read. */
  function stopParsing(socket: Duplex): void {
    const connection = open.of(socket);
    socket.on('error', () => {});
    socket.on('timeout', () => connection && onIdle(connection.socket));
  }

  function begin(request: IncomingMessage, response: ServerResponse): void {
    const exchange = new Exchange(request, response, host);
    const before = open.begin(exchange);
    if (before) before.atEnd(() => exchange.run(answerInTurn));
    else exchange.run(answerInTurn);
  }

  function answerInTurn(exchange: Exchange): Outcome {
    return exchange.inTurn(exchange.held.longHead, answer);
  }

  function answer(exchange: Exchange): Outcome {
    const { request, refusal } = exchange;
    if (refusal) throw refusal;
    admission?.admit(exchange);
    const target = find(request.method, request.url ?? '');
    const { route, allow } = target;
    exchange.target = target;
    checkFraming(exchange);
    const preflight = allow === '' ? undefined : host.crossOrigin?.preflight(request, allow);
    if (preflight) return preflight;
    const taken = route.isFree ? undefined : takeFromQuota?.(exchange);
    return taken ? taken.then(() => route.handle(exchange, parts)) : route.handle(exchange, parts);
  }
}

/** Throws `BAD_INPUT` if a proxy could read the request differently from us. The connection then closes after the answer. */
function checkFraming({ request, reply }: Exchange): void {
  const detail = framingFault(request);
  if (detail === undefined) return;
  reply.closeAfter();
  throw badInput('a request that can be read in several ways', detail);
}

/** Makes ids that no other process makes: 72 random bits per server, and a count. UUIDs would cost 3 % of the time of a cached answer. */
function requestIds(): () => string {
  const start = randomBytes(9).toString('base64url');
  let count = 0;
  return () => `${start}-${(++count).toString(36)}`;
}
