import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { type Clock, systemClock } from '../core/clock.ts';
import { type FaultChooser, type Faults, faultPlan, type Script, seededRandom } from './fault-plan.ts';
import {
  type ObservedRefusal,
  type ObservedShout,
  type RequestCounts,
  requestListener,
} from './request-listener.ts';

export interface ShoutcloudOptions {
  /** 0, the default, takes any free port. */
  port?: number;
  /** 127.0.0.1 unless given. */
  host?: string;
  /** How long each well-formed request waits for its answer or its fault; 0 unless given. */
  latencyMs?: number;
  /** The faults after the script; none unless given. */
  faults?: Faults;
  /** The faults of the first well-formed requests, one step each. */
  script?: Script;
  /** The same seed draws the same faults. Random unless given. */
  seed?: number;
  /** How many of the last inputs are kept; 1,000 unless given. */
  keptInputs?: number;
  /** Called for each well-formed request when its fault is decided. */
  onShout?: (shout: ObservedShout) => void;
  /** Called for each request that is refused as SHOUTCLOUD refuses it: 400, 404 or 405. */
  onRefusal?: (refusal: ObservedRefusal) => void;
  clock?: Clock;
}

/** A running SHOUTCLOUD-compatible server. */
export interface Shoutcloud extends Readonly<RequestCounts> {
  /** Without a final slash. A loopback address if it listens on all addresses. */
  readonly url: string;
  readonly port: number;
  readonly seed: number;
  readonly openConnections: number;
  readonly maxConcurrentConnections: number;
  /** Replaces faults and script from the next request on. Throws an Error for what it cannot read. */
  setFaults(faults: Faults, script?: Script): void;
  setLatency(ms: number): void;
  /** Ends at once, with all open connections and waiting answers. Never rejects. */
  close(): Promise<void>;
}

/**
 * Starts a server that answers as SHOUTCLOUD does, byte for byte, or with the given faults. Rejects with an Error for
 * faults that it cannot read and for an address that it cannot listen on.
 */
export async function startShoutcloud(options: ShoutcloudOptions = {}): Promise<Shoutcloud> {
  const { host = '127.0.0.1', clock = systemClock, keptInputs = 1000 } = options;
  const { onShout = () => {}, onRefusal = () => {} } = options;
  const seed = options.seed ?? Math.floor(clock.random() * 2 ** 32);
  const random = seededRandom(seed);
  const behaviour = {
    choose: faultPlan(options.faults ?? '', options.script ?? '', random),
    latencyMs: options.latencyMs ?? 0,
  };
  // As Go's server by default: no time limits, and no Keep-Alive header.
  const server = createServer({ keepAliveTimeout: 0, headersTimeout: 0, requestTimeout: 0 });
  const sockets = new Map<Socket, AbortController>();
  const signalOf = (socket: Socket) => sockets.get(socket)?.signal ?? AbortSignal.abort();
  const shoutcloud = {
    ...{ url: '', port: 0, seed, calls: 0, inputs: [], openConnections: 0, maxConcurrentConnections: 0 },
    ...{ activeRequests: 0, maxConcurrentRequests: 0 },
    setFaults(faults: Faults, script: Script = '') {
      behaviour.choose = faultPlan(faults, script, random);
    },
    setLatency(ms: number) {
      behaviour.latencyMs = ms;
    },
    close: closeOnce(server, sockets),
  };
  server.on('connection', (socket: Socket) => {
    // So that no timer of an answer outlives its connection.
    const controller = new AbortController();
    sockets.set(socket, controller);
    shoutcloud.openConnections = sockets.size;
    shoutcloud.maxConcurrentConnections = Math.max(shoutcloud.maxConcurrentConnections, sockets.size);
    socket.once('close', () => {
      sockets.delete(socket);
      shoutcloud.openConnections = sockets.size;
      controller.abort();
    });
  });
  const parts = { behaviour, counts: shoutcloud, keptInputs, signalOf, clock, onShout, onRefusal };
  server.on('request', requestListener(parts));
  await once(server.listen(options.port ?? 0, host), 'listening');
  const { port } = server.address() as AddressInfo;
  return Object.assign(shoutcloud, { port, url: `http://${reachable(host)}:${port}` });
}

/** The host part of a URL that reaches this address from the same machine. */
function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}

function closeOnce(server: Server, sockets: ReadonlyMap<Socket, unknown>): () => Promise<void> {
  let closing: Promise<unknown> | undefined;
  return async () => {
    const ends = () => Array.from(sockets.keys(), (socket) => once(socket.destroy(), 'close'));
    closing ??= Promise.all([new Promise((resolve) => server.close(resolve)), ...ends()]);
    await closing;
  };
}

/** The faults that a person can choose, by name. */
export interface FaultSwitch {
  /** The chosen fault, and all faults with a line about each. */
  state(): { readonly fault: string; readonly faults: readonly { name: string; about: string }[] };
  /** Takes effect with the next request. Returns false if there is no fault of this name. */
  set(name: string): boolean;
}

/** One wrong answer, then two right ones, so that a retry gets a right one. */
const everyThirdLies: FaultChooser = (index) => {
  if (index % 3 !== 0) return undefined;
  return { kind: index % 2 === 0 ? 'wrong' : 'crossed' };
};

const SWITCHES: Readonly<Record<string, { readonly faults: Faults; readonly about: string }>> = {
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
