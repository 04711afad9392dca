import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { tcpServer } from '../../support/http-server.ts';
import type { Ending } from '../../support/process.ts';
import { nowMs } from '../../support/until.ts';

/** What the proxy does to the bytes of both directions from now on. */
export interface TcpFaults {
  readonly latencyMs?: number;
  /** Bytes are taken in and never passed on; connections stand. */
  readonly isFrozen?: boolean;
}

export type TcpProxy = Awaited<ReturnType<typeof tcpProxy>>;

/** A TCP proxy on a port of its own that can slow, freeze and cut. */
export async function tcpProxy(ending: Ending, targetPort: number) {
  let faults: TcpFaults = {};
  const { port, sockets } = await tcpServer(ending, (client) => {
    const target = connect({ port: targetPort, host: '127.0.0.1', noDelay: true }).on('error', () => {});
    pass(client, target, () => faults);
    pass(target, client, () => faults);
  });
  return {
    port,
    setFaults(next: TcpFaults) {
      faults = next;
    },
    /** Resets every connection that stands. */
    cut() {
      for (const socket of sockets) reset(socket);
    },
  };
}

/** Passes chunks on in order, each as late as the faults of its arrival say; an end or reset crosses as a reset. */
function pass(from: Socket, to: Socket, faultsNow: () => TcpFaults): void {
  let last: Promise<unknown> = Promise.resolve();
  from.on('data', (chunk) => {
    const { latencyMs = 0, isFrozen } = faultsNow();
    if (isFrozen) return;
    const dueAt = nowMs() + latencyMs;
    last = last.then(() => sleep(Math.max(0, dueAt - nowMs()))).then(() => to.writable && to.write(chunk));
  });
  from.on('close', () => void last.then(() => reset(to)));
}

/**
 * Closes a connection with a RST. One that is half closed is only destroyed: libuv refuses to reset it, and the handle
 * that stays behind keeps Node 24 spinning for ever when the process should end.
 */
function reset(socket: Socket): void {
  if (socket.writableEnded) socket.destroy();
  else socket.resetAndDestroy();
}
