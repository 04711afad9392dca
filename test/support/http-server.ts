import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import type { Ending } from './process.ts';

/** A server of the test's own on a free port, which ends with it, open connections and all; it counts them. */
export function httpServer(ending: Ending, listener: RequestListener) {
  return listening(ending, createServer(listener));
}

/** The same for TCP: it does this with each connection. */
export function tcpServer(ending: Ending, onConnection: (socket: Socket) => void) {
  return listening(ending, createTcpServer({ noDelay: true }, onConnection));
}

async function listening(ending: Ending, server: Server) {
  const sockets = new Set<Socket>();
  let connections = 0;
  server.prependListener('connection', (socket) => {
    connections++;
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  });
  ending.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return { port, url: `http://127.0.0.1:${port}`, sockets, connections: () => connections };
}

/**
 * A port of this machine that nobody listens on. It lies below those that the system gives to connections and to servers on port 0,
 * so that nothing takes it before the test does, not even between two servers on it.
 */
export async function freePort(): Promise<number> {
  const server = createTcpServer();
  const isFree = Promise.withResolvers<boolean>();
  server.once('error', () => isFree.resolve(false));
  server.listen(randomInt(10_000, 32_000), '127.0.0.1', () => isFree.resolve(true));
  if (!(await isFree.promise)) return freePort();
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** An address on this machine where nobody listens. */
export async function closedUrl(): Promise<string> {
  return `http://127.0.0.1:${await freePort()}`;
}
