import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';

export interface ListenAddress {
  readonly host: string;
  readonly port: number;
  /** Whether other processes listen on the same port, each for a share of the connections. */
  readonly reusePort?: boolean;
}

/** Starts to listen; resolves with the port, which matters where 0 was asked for. */
export async function listenOn(server: FastifyInstance, address: ListenAddress): Promise<number> {
  await server.listen(address);
  return (server.server.address() as AddressInfo).port;
}
