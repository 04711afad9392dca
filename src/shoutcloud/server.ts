import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type Clock, systemClock } from '../core/clock.ts';
import { type Connections, trackConnections } from './connections.ts';
import { faultPlan, seededRandom } from './fault-plan.ts';
import type { Faults, Script } from './faults.ts';
import {
  type Behaviour,
  type ObservedRefusal,
  type ObservedShout,
  requestCounts,
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
export interface Shoutcloud {
  /** Without a final slash. A loopback address if it listens on all addresses. */
  readonly url: string;
  readonly port: number;
  readonly seed: number;
  /** How many requests came, well-formed or not. */
  readonly calls: number;
  /** The strings of the last well-formed requests, oldest first. */
  readonly inputs: readonly string[];
  /** How many requests wait for the end of their answer. */
  readonly activeRequests: number;
  readonly maxConcurrentRequests: number;
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
  const { port: wantedPort = 0, host = '127.0.0.1', clock = systemClock } = options;
  const { onShout = () => {}, onRefusal = () => {} } = options;
  const seed = options.seed ?? Math.floor(clock.random() * 2 ** 32);
  const random = seededRandom(seed);
  const behaviour: Behaviour = {
    choose: faultPlan(options.faults ?? '', options.script ?? '', random),
    latencyMs: options.latencyMs ?? 0,
  };
  const counts = requestCounts(options.keptInputs ?? 1000);
  // As Go's server by default: no time limits, and no Keep-Alive header.
  const server = createServer({ keepAliveTimeout: 0, headersTimeout: 0, requestTimeout: 0 });
  const connections = trackConnections(server);
  server.on('request', requestListener({ behaviour, counts, connections, clock, onShout, onRefusal }));
  await once(server.listen(wantedPort, host), 'listening');

  const port = portOf(server);
  return {
    url: `http://${reachable(host)}:${port}`,
    port,
    seed,
    get calls() {
      return counts.calls();
    },
    get inputs() {
      return counts.inputs();
    },
    get activeRequests() {
      return counts.active();
    },
    get maxConcurrentRequests() {
      return counts.maxActive();
    },
    get openConnections() {
      return connections.open();
    },
    get maxConcurrentConnections() {
      return connections.max();
    },
    setFaults(faults, script = '') {
      behaviour.choose = faultPlan(faults, script, random);
    },
    setLatency(ms) {
      behaviour.latencyMs = ms;
    },
    close: closeOnce(server, connections),
  };
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address ? address.port : 0;
}

/** The host part of a URL that reaches this address from the same machine. */
function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}

function closeOnce(server: Server, connections: Connections): () => Promise<void> {
  const close = async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    await connections.destroyAll();
    await closed;
  };
  let closing: Promise<void> | undefined;
  return () => {
    closing ??= close();
    return closing;
  };
}
