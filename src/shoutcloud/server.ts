import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { systemClock } from '../core/clock.ts';
import { type Connections, trackConnections } from './connections.ts';
import { faultPlan } from './fault-plan.ts';
import { type Behaviour, requestListener } from './request-listener.ts';
import { seededRandom } from './seeded-random.ts';
import type { Shoutcloud, ShoutcloudOptions } from './shoutcloud.ts';
import { type Tally, tally } from './tally.ts';

/**
 * Starts a server that answers as SHOUTCLOUD does, byte for byte, or as badly as told. Rejects with an Error for
 * faults that it cannot read and for an address that it cannot listen on.
 */
export async function startShoutcloud(options: ShoutcloudOptions = {}): Promise<Shoutcloud> {
  const { port = 0, host = '127.0.0.1', clock = systemClock, onShout = () => {} } = options;
  const seed = options.seed ?? Math.floor(clock.random() * 2 ** 32);
  const random = seededRandom(seed);
  const behaviour: Behaviour = {
    choose: faultPlan(options.faults ?? '', options.script ?? '', random),
    latencyMs: options.latencyMs ?? 0,
  };
  const counts = tally(options.keptInputs ?? 1000);
  // Go's server has no time limits unless told, and sends no Keep-Alive header.
  const server = createServer({ keepAliveTimeout: 0, headersTimeout: 0, requestTimeout: 0 });
  const connections = trackConnections(server);
  server.on('request', requestListener({ behaviour, counts, connections, clock, onShout }));
  await once(server.listen(port, host), 'listening');

  return handle({ server, host, seed, random, behaviour, counts, connections });
}

interface Running {
  server: Server;
  host: string;
  seed: number;
  random: () => number;
  behaviour: Behaviour;
  counts: Tally;
  connections: Connections;
}

function handle({ server, host, seed, random, behaviour, counts, connections }: Running): Shoutcloud {
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
