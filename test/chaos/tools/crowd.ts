import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { nowMs } from './now.ts';

/** Many connections of callers who mean no good. */
export interface Crowd {
  /** How long each connection stood that the gateway has closed. */
  readonly stoodMs: readonly number[];
  /** What was read of each, in the order of their opening. */
  readonly received: readonly string[];
  /** Goes home: resets what still stands. */
  close(): void;
}

export interface CrowdPlan {
  readonly port: number;
  readonly size: number;
  /** Called for each connection once it stands. */
  readonly act: (socket: Socket, index: number) => unknown;
  /** Whether they take what they are sent. */
  readonly reads: boolean;
}

/** Opens the connections a hundred at a time. */
export async function gatherCrowd({ port, size, act, reads }: CrowdPlan): Promise<Crowd> {
  const sockets: Socket[] = [];
  const stoodMs: number[] = [];
  const received: string[] = [];
  for (let index = 0; index < size; index++) {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    const openedAt = nowMs();
    sockets.push(socket);
    received.push('');
    socket.setMaxListeners(0);
    socket.on('error', () => {});
    socket.once('connect', () => act(socket, index));
    socket.once('close', () => stoodMs.push(nowMs() - openedAt));
    if (reads)
      socket.on('data', (chunk) => received.splice(index, 1, received[index] + chunk.toString('latin1')));
    if (index % 100 === 99) await sleep(10);
  }
  return { stoodMs, received, close: () => sockets.forEach((socket) => void socket.destroy()) };
}

/** Sends the next of `pieces` each `everyMs` until the connection goes or none is left. */
export function drip(socket: Socket, everyMs: number, piece: () => string | Buffer | undefined): void {
  const timer = setInterval(() => {
    const bytes = piece();
    if (bytes === undefined) clearInterval(timer);
    else if (socket.writable) socket.write(bytes);
  }, everyMs);
  socket.once('close', () => clearInterval(timer));
}
