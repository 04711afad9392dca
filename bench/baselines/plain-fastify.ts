import type { AddressInfo } from 'node:net';
import Fastify from 'fastify';
import { answers } from './answers.ts';

// The same as a route of the framework with a schema, and nothing else: no plugin, no hook, no log.
const text = { type: 'object', required: ['data'], properties: { data: { type: 'string' } } };
const server = Fastify();
server.post<{ Body: { data: string } }>(
  '/v1',
  { schema: { body: text, response: { 200: text } } },
  async ({ body }) => ({ data: answers.get(body.data) }),
);

await server.listen({ port: 0, host: '127.0.0.1' });
const { port } = server.server.address() as AddressInfo;
process.stdout.write(`${JSON.stringify({ msg: 'listening', port })}\n`);
