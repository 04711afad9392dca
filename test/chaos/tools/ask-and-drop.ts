import { connect } from 'node:net';

/** Sends bytes on a connection of their own and drops whatever comes back; resolves with its end, or after `patienceMs`. */
export function askAndDrop(port: number, bytes: string, patienceMs = 15_000): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    const timer = setTimeout(() => socket.destroy(), patienceMs);
    socket.on('error', () => {});
    socket.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
    socket.resume();
    socket.end(bytes);
  });
}
