import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { type Clock, systemClock } from '../core/clock.ts';
import { type Fault, type FaultChooser, faultPlan, seededRandom } from './fault-plan.ts';
import { encodeAnswer, goUpperCase } from './go-behaviour.ts';
import { send, sendBody } from './pending-shout.ts';
import { readRequest } from './read-request.ts';

export interface ShoutcloudOptions {
  /** 0, the default, takes any free port. */
  port?: number;
  /** 127.0.0.1 by default. */
  host?: string;
  /** How long each well-formed request waits for its answer or its fault; 0 by default. */
  latencyMs?: number;
  /** The faults after the script, as `faultPlan` reads them; none by default. */
  faults?: string;
  /** The faults of the first well-formed requests, one step each. */
  script?: string;
  /** Equal seeds give equal sequences of faults. Random by default. */
  seed?: number;
  /** Called for each well-formed request when its fault is decided. */
  onShout?: (shout: ObservedShout) => void;
  /** Called for each request that is refused as SHOUTCLOUD refuses it: 400, 404 or 405. */
  onRefusal?: (refusal: ObservedRefusal) => void;
  clock?: Clock;
}

interface ObservedShout {
  /** Counts the well-formed requests from 0. */
  index: number;
  input: string;
  /** `undefined` for a good answer. */
  fault: Fault | undefined;
}

/** A request that SHOUTCLOUD does not understand, and the status of its answer. */
interface ObservedRefusal {
  status: number;
  method: string | undefined;
  path: string | undefined;
}

export type Shoutcloud = Awaited<ReturnType<typeof startShoutcloud>>;

/**
 * Starts a server that answers as SHOUTCLOUD does, byte for byte, or with the given faults. Rejects with an Error if it
 * cannot read the faults or cannot listen on the address.
 */
export async function startShoutcloud(options: ShoutcloudOptions = {}) {
  const { host = '127.0.0.1', port = 0, latencyMs = 0, clock = systemClock } = options;
  const seed = options.seed ?? Math.floor(clock.random() * 2 ** 32);
  const random = seededRandom(seed);
  let choose = faultPlan(options.faults ?? '', options.script ?? '', random);
  let shouts = 0;
  let previous = 'nobody';
  // By default, Go's server has no time limits and sends no Keep-Alive header.
  const server = createServer({ keepAliveTimeout: 0, headersTimeout: 0, requestTimeout: 0 });
  const counts = {
    /** How many requests came, well-formed or not. */
    calls: 0,
    /** How many requests wait for the end of their answer. */
    activeRequests: 0,
    openConnections: 0,
  };
  const { signalOf, close } = connectionsOf(server, counts);
  server.on('request', (request, response) => {
    counts.calls++;
    counts.activeRequests++;
    response.once('close', () => counts.activeRequests--);
    // `serve` rejects if the caller has hung up. Then no one is left to answer.
    serve(request, response).catch(() => request.socket.destroy());
  });
  await once(server.listen(port, host), 'listening');
  const bound = (server.address() as AddressInfo).port;

  return Object.assign(counts, {
    /** The server's address, without a slash at the end; a loopback address if it listens on all addresses. */
    url: `http://${reachable(host)}:${bound}`,
    port: bound,
    seed,
    /** Replaces faults and script from the next request on. Throws an Error if it cannot read them. */
    setFaults(faults: string | FaultChooser, script = ''): void {
      choose = faultPlan(faults, script, random);
    },
    close,
  });

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const asked = await readRequest(request);
    if (typeof asked === 'string') return shout(asked, response);
    const { status, ...refusal } = asked;
    options.onRefusal?.({ status, method: request.method, path: request.url });
    send(response, status, refusal);
  }

  async function shout(input: string, response: ServerResponse): Promise<void> {
    const output = goUpperCase(input);
    const { socket } = response.req;
    const signal = signalOf(socket);
    const body = encodeAnswer(input, output);
    const pending = { shouted: { input, output, previous }, body, response, socket, signal, clock };
    previous = input;
    const index = shouts++;
    const fault = choose();
    options.onShout?.({ index, input, fault });
    if (latencyMs > 0) await clock.sleep(latencyMs, signal);
    if (fault) await fault.answer(pending);
    else sendBody(pending, body);
  }
}

/** Counts the connections of a server. Each connection has a signal that aborts when it closes, which ends the timers of its answers. */
function connectionsOf(server: Server, counts: { openConnections: number }) {
  const sockets = new Map<Socket, AbortController>();
  const closed = new Promise((resolve) => server.once('close', resolve));
  server.on('connection', (socket: Socket) => {
    const controller = new AbortController();
    sockets.set(socket, controller);
    counts.openConnections = sockets.size;
    socket.once('close', () => {
      sockets.delete(socket);
      counts.openConnections = sockets.size;
      controller.abort();
    });
  });
  return {
    signalOf: (socket: Socket) => sockets.get(socket)?.signal ?? AbortSignal.abort(),
    /** Closes the server and all its connections at once, even if answers are not sent yet. Never rejects. */
    async close(): Promise<void> {
      server.close();
      await Promise.all(Array.from(sockets.keys(), (socket) => once(socket.destroy(), 'close')));
      await closed;
    },
  };
}

/** The host part of a URL that reaches this address from the same machine. */
function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}
