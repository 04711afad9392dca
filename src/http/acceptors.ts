import { once } from 'node:events';
import type { Server } from 'node:http';
import { type AddressInfo, createServer, type ListenOptions } from 'node:net';
import type { Clock } from '../core/clock.ts';
import { SOCKETS } from './node-http.ts';

/**
 * How many connections can wait in the kernel for each listening socket. With 4,096, a new connection had to wait behind so many
 * others in a flood that most clients gave up first: only 6 % of the honest clients got an answer. With 128, a burst of 2,500
 * connections did not fit, and a client whose first packet is dropped waits a second before it tries again.
 */
const BACKLOG = 256;

/** The number of listening sockets that share a port. On each, Node accepts one connection per turn of the event loop. */
export const LISTENING_SOCKETS = 16;

/** The queue in the kernel counts as empty after this many turns in a row without a new connection, or after `MOST_WAIT_MS`. */
const QUIET_TURNS = 3;
const MOST_WAIT_MS = 1000;

export type Acceptors = ReturnType<typeof acceptors>;

/**
 * Accepts several connections per turn of the event loop, if `reusePort` allows it. On one listening socket, Node
 * accepts one connection per turn, so new connections would wait for seconds while other clients make the turns long.
 */
export function acceptors(server: Server, { now, soon }: Pick<Clock, 'now' | 'soon'>) {
  let accepted = 0;
  server.on('connection', () => accepted++);
  const more = Array.from({ length: LISTENING_SOCKETS - 1 }, () =>
    createServer({ ...SOCKETS, allowHalfOpen: true }, (socket) => server.emit('connection', socket)),
  );

  return {
    /** Resolves with the port. Port 0 means any free port. Without a host, listens on all addresses of the machine. */
    async listen(address: ListenOptions): Promise<number> {
      await once(server.listen({ ...address, backlog: BACKLOG }), 'listening');
      const { port } = server.address() as AddressInfo;
      for (const acceptor of address.reusePort ? more : [])
        await once(acceptor.listen({ ...address, port, backlog: BACKLOG }), 'listening');
      return port;
    },
    /** Accepts the connections that wait in the kernel. Otherwise they would be reset when the port closes. */
    async acceptWaiting(): Promise<void> {
      const endMs = now() + MOST_WAIT_MS;
      for (let quiet = 0; quiet < QUIET_TURNS && now() < endMs; ) {
        const before = accepted;
        await new Promise<void>((resolve) => soon(resolve));
        quiet = accepted === before ? quiet + 1 : 0;
      }
    },
    /** Accepts no more connections. Resolves when all open connections have ended. */
    async close(): Promise<void> {
      await Promise.all([server, ...more].map((acceptor) => once(acceptor.close(), 'close')));
    },
  };
}

/**
 * Finds the port that several sockets will share: the given port, or a free one if it is 0. Rejects if another program uses
 * the port, because sockets that share a port do not notice that. A free port stays reserved until `leave` is called.
 */
export async function sharedPort(host: string | undefined, port: number) {
  const server = createServer().listen({ host, port, reusePort: port === 0 });
  await once(server, 'listening');
  const { port: found } = server.address() as AddressInfo;
  const leave = () => void server.close();
  if (port !== 0) await once(server.close(), 'close');
  return { port: found, leave };
}
