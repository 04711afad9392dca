import type { Socket } from 'node:net';

/**
 * Closes a connection with a RST. One that is half closed is only destroyed: libuv refuses to reset it, and the handle
 * that stays behind keeps Node 24 spinning for ever when the process should end.
 */
export function resetSocket(socket: Socket): void {
  if (socket.writableEnded) socket.destroy();
  else socket.resetAndDestroy();
}
