import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';

/** Starts to listen; resolves with the port, which matters where 0 was asked for. */
export async function listenOn(server: FastifyInstance, host: string, port: number): Promise<number> {
  await server.listen({ host, port });
  return (server.server.address() as AddressInfo).port;
}
