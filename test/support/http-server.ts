import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { sharedPort } from '../../src/http/acceptors.ts';
import type { Ending } from './process.ts';

/** A server of the test's own on a free port, which ends with it, open connections and all; it counts them. */
export async function httpServer(
  ending: Ending,
  listener: RequestListener,
): Promise<{ url: string; connections(): number }> {
  const server = createServer(listener);
  let connections = 0;
  server.on('connection', () => {
    connections++;
  });
  ending.after(async () => {
    server.closeAllConnections();
    server.close();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    connections: () => connections,
  };
}

/** The same for TCP: it does this with each connection. */
export async function tcpServer(
  ending: { after(run: () => void): void },
  onConnection: (socket: Socket) => void,
): Promise<{ port: number; sockets: ReadonlySet<Socket>; connections(): number }> {
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createTcpServer({ noDelay: true }, (socket) => {
    connections++;
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    onConnection(socket);
  });
  ending.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return { port: (server.address() as AddressInfo).port, sockets, connections: () => connections };
}

/** A port of this machine that nobody listens on. */
export function freePort(): Promise<number> {
  return sharedPort('127.0.0.1', 0);
}

/** An address on this machine where nobody listens. */
export async function closedUrl(): Promise<string> {
  return `http://127.0.0.1:${await freePort()}`;
}
