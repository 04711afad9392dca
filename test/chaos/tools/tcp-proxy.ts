import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { nowMs } from './now.ts';
import { resetSocket } from './reset-socket.ts';

/** What the proxy does to the bytes of both directions from now on. */
export interface TcpFaults {
  readonly latencyMs?: number;
  readonly bytesPerSecond?: number;
  /** Bytes are taken in and never passed on; connections stand. */
  readonly isFrozen?: boolean;
}

/** A TCP proxy on a port of its own that can slow, freeze, cut and refuse. */
export interface TcpProxy {
  readonly port: number;
  /** When each connection was accepted, in milliseconds since 1970. */
  readonly acceptedAtMs: readonly number[];
  setFaults(faults: TcpFaults): void;
  /** Resets every connection that stands. */
  cut(): void;
  /** Resets whatever connects, as a port does that nobody listens on, but counted. */
  refuse(): void;
  accept(): void;
  close(): Promise<void>;
}

export async function startTcpProxy(targetPort: number): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  const acceptedAtMs: number[] = [];
  let faults: TcpFaults = {};
  let isRefusing = false;

  const server = createServer({ noDelay: true }, (client) => {
    acceptedAtMs.push(nowMs());
    if (isRefusing) return void resetSocket(client);
    const target = connect({ port: targetPort, host: '127.0.0.1', noDelay: true });
    for (const socket of [client, target]) track(socket, sockets);
    void pass(client, target, () => faults);
    void pass(target, client, () => faults);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  const cut = () => {
    for (const socket of sockets) resetSocket(socket);
  };
  return {
    port: portOf(server),
    acceptedAtMs,
    setFaults(next) {
      faults = next;
    },
    cut,
    refuse() {
      isRefusing = true;
    },
    accept() {
      isRefusing = false;
    },
    async close() {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}

/** The port that a listening server was given. */
export function portOf(server: Server): number {
  const address = server.address();
  return address !== null && typeof address === 'object' ? address.port : 0;
}

function track(socket: Socket, sockets: Set<Socket>): void {
  sockets.add(socket);
  socket.on('error', () => {});
  socket.on('close', () => sockets.delete(socket));
}

/** Passes chunks on in order, each as late as the faults of its arrival say; an end or reset crosses as a reset. */
async function pass(from: Socket, to: Socket, faultsNow: () => TcpFaults): Promise<void> {
  let last: Promise<unknown> = Promise.resolve();
  from.on('data', (chunk) => {
    const { latencyMs = 0, bytesPerSecond, isFrozen } = faultsNow();
    if (isFrozen) return;
    const slowMs = bytesPerSecond ? (chunk.length / bytesPerSecond) * 1000 : 0;
    const dueAt = nowMs() + latencyMs;
    last = last
      .then(() => sleep(Math.max(0, dueAt - nowMs()) + slowMs))
      .then(() => to.writable && to.write(chunk));
  });
  from.on('close', () => void last.then(() => resetSocket(to)));
}
