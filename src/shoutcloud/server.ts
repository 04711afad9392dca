import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { type Clock, systemClock } from '../core/clock.ts';
import { type FaultChooser, faultPlan, parseFault, seededRandom } from './fault-plan.ts';
import { type ObservedRefusal, type ObservedShout, requestListener } from './request-listener.ts';

export interface ShoutcloudOptions {
  /** 0, the default, takes any free port. */
  port?: number;
  /** 127.0.0.1 unless given. */
  host?: string;
  /** How long each well-formed request waits for its answer or its fault; 0 unless given. */
  latencyMs?: number;
  /** The faults after the script, as `faultPlan` reads them; none unless given. */
  faults?: string;
  /** The faults of the first well-formed requests, one step each. */
  script?: string;
  /** The same seed draws the same faults. Random unless given. */
  seed?: number;
  /** Called for each well-formed request when its fault is decided. */
  onShout?: (shout: ObservedShout) => void;
  /** Called for each request that is refused as SHOUTCLOUD refuses it: 400, 404 or 405. */
  onRefusal?: (refusal: ObservedRefusal) => void;
  clock?: Clock;
}

/** A running SHOUTCLOUD-compatible server. */
export interface Shoutcloud {
  /** Without a final slash. A loopback address if it listens on all addresses. */
  readonly url: string;
  readonly port: number;
  readonly seed: number;
  /** How many requests came, well-formed or not. */
  readonly calls: number;
  /** How many requests wait for the end of their answer. */
  readonly activeRequests: number;
  readonly openConnections: number;
  readonly maxConcurrentConnections: number;
  /** Replaces faults and script from the next request on. Throws an Error for what it cannot read. */
  setFaults(faults: string | FaultChooser, script?: string): void;
  /** Ends at once, with all open connections and waiting answers. Never rejects. */
  close(): Promise<void>;
}

/**
 * Starts a server that answers as SHOUTCLOUD does, byte for byte, or with the given faults. Rejects with an Error for
 * faults that it cannot read and for an address that it cannot listen on.
 */
export async function startShoutcloud(options: ShoutcloudOptions = {}): Promise<Shoutcloud> {
  const {
    host = '127.0.0.1',
    port = 0,
    faults = '',
    script = '',
    latencyMs = 0,
    clock = systemClock,
  } = options;
  const { onShout = () => {}, onRefusal = () => {} } = options;
  const seed = options.seed ?? Math.floor(clock.random() * 2 ** 32);
  const random = seededRandom(seed);
  let choose = faultPlan(faults, script, random);
  // As Go's server by default: no time limits, and no Keep-Alive header.
  const server = createServer({ keepAliveTimeout: 0, headersTimeout: 0, requestTimeout: 0 });
  const closed = new Promise((resolve) => server.once('close', resolve));
  const counts = { calls: 0, activeRequests: 0, openConnections: 0, maxConcurrentConnections: 0 };
  // Each aborts when its connection closes, so that no timer of an answer outlives it.
  const sockets = new Map<Socket, AbortController>();
  const signalOf = (socket: Socket) => sockets.get(socket)?.signal ?? AbortSignal.abort();

  server.on('connection', (socket: Socket) => {
    const controller = new AbortController();
    sockets.set(socket, controller);
    counts.openConnections++;
    counts.maxConcurrentConnections = Math.max(counts.maxConcurrentConnections, counts.openConnections);
    socket.once('close', () => {
      sockets.delete(socket);
      counts.openConnections--;
      controller.abort();
    });
  });
  server.on('request', (_, response) => {
    counts.calls++;
    counts.activeRequests++;
    response.once('close', () => counts.activeRequests--);
  });
  server.on(
    'request',
    requestListener({ choose: (index) => choose(index), latencyMs, signalOf, clock, onShout, onRefusal }),
  );
  await once(server.listen(port, host), 'listening');
  const bound = (server.address() as AddressInfo).port;

  return Object.assign(counts, {
    url: `http://${reachable(host)}:${bound}`,
    port: bound,
    seed,
    setFaults(faults: string | FaultChooser, script = '') {
      choose = faultPlan(faults, script, random);
    },
    async close() {
      server.close();
      await Promise.all(Array.from(sockets.keys(), (socket) => once(socket.destroy(), 'close')));
      await closed;
    },
  });
}

/** The host part of a URL that reaches this address from the same machine. */
function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}

/** The faults that a person can choose, by name. */
export interface FaultSwitch {
  /** The chosen fault, and all faults with a line about each. */
  state(): { readonly fault: string; readonly faults: readonly { name: string; about: string }[] };
  /** Takes effect with the next request. Returns false if there is no fault of this name. */
  set(name: string): boolean;
}

/** One wrong answer, then two right ones, so that a retry gets a right one. */
const everyThirdLies: FaultChooser = (index) =>
  index % 3 === 0 ? parseFault(index % 2 === 0 ? 'wrong' : 'crossed') : undefined;

const SWITCHES: Readonly<Record<string, { readonly faults: string | FaultChooser; readonly about: string }>> =
  {
    'answers well': { faults: '', about: 'Every request gets its answer.' },
    slow: { faults: 'slow=400', about: 'Each answer takes 400 ms.' },
    'fails 30 %': { faults: 'status=503@30%', about: 'Three requests in ten get 503.' },
    lies: { faults: everyThirdLies, about: 'One answer in three is wrong, or that of another request.' },
    gone: { faults: 'close', about: 'Each connection is closed without an answer.' },
  };

/** Switches the faults of a running server. It starts without one. */
export function faultSwitch(shoutcloud: Pick<Shoutcloud, 'setFaults'>): FaultSwitch {
  const faults = Object.entries(SWITCHES).map(([name, { about }]) => ({ name, about }));
  let fault = 'answers well';
  return {
    state: () => ({ fault, faults }),
    set(name) {
      const chosen = Object.hasOwn(SWITCHES, name) ? SWITCHES[name] : undefined;
      if (chosen === undefined) return false;
      shoutcloud.setFaults(chosen.faults);
      fault = name;
      return true;
    },
  };
}
