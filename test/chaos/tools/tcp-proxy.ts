import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { nowMs } from '../../support/until.ts';

/** What the proxy does to the bytes of both directions from now on. */
export interface TcpFaults {
  readonly latencyMs?: number;
  /** Bytes are taken in and never passed on; connections stand. */
  readonly isFrozen?: boolean;
}

/** A TCP proxy on a port of its own that can slow, freeze and cut. */
export interface TcpProxy {
  readonly port: number;
  setFaults(faults: TcpFaults): void;
  /** Resets every connection that stands. */
  cut(): void;
  close(): Promise<void>;
}

export async function startTcpProxy(targetPort: number): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  let faults: TcpFaults = {};

  const server = createServer({ noDelay: true }, (client) => {
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
    setFaults(next) {
      faults = next;
    },
    cut,
    async close() {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}

/** The port that a listening server was given. */
function portOf(server: Server): number {
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
    const { latencyMs = 0, isFrozen } = faultsNow();
    if (isFrozen) return;
    const dueAt = nowMs() + latencyMs;
    last = last.then(() => sleep(Math.max(0, dueAt - nowMs()))).then(() => to.writable && to.write(chunk));
  });
  from.on('close', () => void last.then(() => resetSocket(to)));
}

/**
 * Closes a connection with a RST. One that is half closed is only destroyed: libuv refuses to reset it, and the handle
 * that stays behind keeps Node 24 spinning for ever when the process should end.
 */
function resetSocket(socket: Socket): void {
  if (socket.writableEnded) socket.destroy();
  else socket.resetAndDestroy();
}
