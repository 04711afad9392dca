import { connect, type Socket } from 'node:net';

export interface SiegePlan {
  readonly port: number;
  readonly size: number;
  /** Called whenever a connection has opened, including those that replace closed connections. */
  readonly act: (socket: Socket, index: number) => unknown;
  /** How much of the answers is read. */
  readonly reads?: 'all' | 'nothing' | 'a byte a second' | undefined;
}

const TICK_MS = 20;
/** At first, 2,000 connections are opened per second. Later, up to 300 are reopened per second, which is easy for one machine. */
const FIRST_PER_TICK = 40;
const AGAIN_PER_TICK = 6;
/** The connections come from this many addresses, because one address does not have enough ports for all of them. */
const ADDRESSES = 50;

/** Opens `size` connections. When the gateway closes one, it is opened again. This goes on until the process ends. */
export function besiege({ port, size, act, reads = 'all' }: SiegePlan): void {
  const due = Array.from({ length: size }, (_, index) => index);
  let opened = 0;
  setInterval(() => {
    const perTick = opened < size ? FIRST_PER_TICK : AGAIN_PER_TICK;
    for (const index of due.splice(0, perTick)) open(index);
  }, TICK_MS);

  function open(index: number): void {
    opened++;
    const onread = reads === 'a byte a second' ? { buffer: Buffer.alloc(1), callback: () => false } : null;
    const localAddress = `127.0.0.${2 + (index % ADDRESSES)}`;
    const place = { port, host: '127.0.0.1', localAddress, noDelay: true };
    const socket = connect(onread ? { ...place, onread } : place);
    socket.setMaxListeners(0);
    if (reads === 'all') socket.resume();
    else socket.pause();
    const sips = onread && setInterval(() => socket.resume(), 1_000);
    socket.on('error', () => {});
    socket.once('connect', () => act(socket, index));
    socket.once('close', () => {
      if (sips) clearInterval(sips);
      due.push(index);
    });
  }
}

/** Sends a piece every `everyMs` until the connection closes or `piece` returns `undefined`. */
export function drip(socket: Socket, everyMs: number, piece: () => string | Buffer | undefined): void {
  const timer = setInterval(() => {
    const bytes = piece();
    if (bytes === undefined) clearInterval(timer);
    else if (socket.writable) socket.write(bytes);
  }, everyMs);
  socket.once('close', () => clearInterval(timer));
}

/** Sends bytes on a new connection and ignores the answer. Resolves when the connection ends, or after 15 s. */
export function askAndDrop(port: number, bytes: string): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    const timer = setTimeout(() => socket.destroy(), 15_000);
    socket.on('error', () => {});
    socket.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
    socket.resume();
    socket.end(bytes);
  });
}
