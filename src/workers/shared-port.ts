import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

/**
 * The port that several processes are to share: the given one, or a free one for 0. Rejects where somebody has it, for
 * those who share a port do not notice a stranger among them.
 */
export async function sharedPort(host: string | undefined, port: number): Promise<number> {
  const server = createServer().listen({ host, port });
  await once(server, 'listening');
  const { port: found } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return found;
}
