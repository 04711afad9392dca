import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/** The open connections of one server. */
export interface Connections {
  /** How many are open. */
  open(): number;
  /** The most that were ever open at once. */
  max(): number;
  /** Aborts when the connection has closed, so that no timer outlives it. */
  signalOf(socket: Socket): AbortSignal;
  /** Destroys each and aborts its signal at once; resolves when all have closed. */
  destroyAll(): Promise<void>;
}

export function trackConnections(server: Server): Connections {
  const open = new Map<Socket, AbortController>();
  let max = 0;
  server.on('connection', (socket: Socket) => {
    const controller = new AbortController();
    open.set(socket, controller);
    max = Math.max(max, open.size);
    socket.once('close', () => {
      open.delete(socket);
      controller.abort();
    });
  });

  return {
    open: () => open.size,
    max: () => max,
    signalOf: (socket) => open.get(socket)?.signal ?? AbortSignal.abort(),
    async destroyAll() {
      const ends = Array.from(open, ([socket, controller]) => {
        const end = new Promise((resolve) => socket.once('close', resolve));
        socket.destroy();
        controller.abort();
        return end;
      });
      await Promise.all(ends);
    },
  };
}
