import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { type EventEmitter, once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer, type ServerOptions as TlsOptions } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import type { Ending } from './process.ts';

/**
 * A server on a free port that counts its connections. The server and its open connections end with the test. Its `url` begins with
 * `http`, even with `tls`.
 */
export function httpServer(ending: Ending, listener: RequestListener, tls?: TlsOptions) {
  // Idle connections stay open. Otherwise, on a busy machine, the server can close one just when a client sends a request on it.
  const options = { keepAliveTimeout: 0, ...tls };
  let isOver = false;
  ending.after(() => {
    isOver = true;
  });
  const answer: RequestListener = async (request, response) => {
    try {
      await listener(request, response);
    } catch (error) {
      // A request can still run at the end of the test, and fail because another server that it needs has ended.
      if (!isOver) throw error;
    }
  };
  return listening(ending, tls ? createTlsServer(options, answer) : createServer(options, answer));
}

/** Like `httpServer`, but for plain TCP. `onConnection` is called for each connection. */
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
 * A port of this machine on which nothing listens. The system does not give it to connections or to servers on port 0, and no other
 * test program chooses it. So it stays free for this test, even while the test stops one server and starts the next.
 */
export async function freePort(): Promise<number> {
  const port = randomInt(10_000, 32_000);
  // A UDP socket marks the port as chosen, without blocking it for TCP. The mark stays until this process ends.
  const mark = createSocket('udp4').unref().bind(port, '127.0.0.1');
  const server = createTcpServer().listen(port, '127.0.0.1');
  const [isMarked, isFree] = await Promise.all([isListening(mark), isListening(server)]);
  if (isFree) await new Promise((resolve) => server.close(resolve));
  return isMarked && isFree ? port : freePort();
}

function isListening(socket: EventEmitter): Promise<boolean> {
  return once(socket, 'listening').then(
    () => true,
    () => false,
  );
}

/** An address on this machine where nothing listens. */
export async function closedUrl(): Promise<string> {
  return `http://127.0.0.1:${await freePort()}`;
}
