import Fastify, { type FastifyInstance } from 'fastify';
import { TuohsError } from '../core/errors.ts';
import { sendJson } from './answer.ts';
import { describedOnly } from './described-only.ts';
import { problemFor } from './problem.ts';
import { requestId } from './request-id.ts';

type Facts = Readonly<Record<string, unknown>>;

export interface AdminParts {
  /** Started and not draining: nothing else, for a dead dependency must not take all pods away at once. */
  readonly isReady: () => boolean;
  /** Facts for a person, by part. */
  readonly status: () => Facts | Promise<Facts>;
  readonly metrics: { text(): Promise<string>; readonly contentType: string };
}

/** Probes and status for those who run the service. Its port is never public. */
export function adminServer({ isReady, status, metrics }: AdminParts): FastifyInstance {
  const server = Fastify({
    return503OnClosing: false,
    schemaController: describedOnly,
    genReqId: ({ headers }) => requestId(headers['x-request-id']),
  });
  server.setNotFoundHandler((request, reply) => {
    const { status, headers, body } = problemFor(new TuohsError('NOT_FOUND', 'no such path'), request.id);
    return reply.code(status).headers(headers).send(Buffer.from(body));
  });
  server.get('/livez', (_request, reply) => reply.type('text/plain').send('alive'));
  server.get('/readyz', (_request, reply) => {
    const [code, text] = isReady() ? [200, 'ready'] : [503, 'not ready'];
    return reply.code(code).type('text/plain').send(text);
  });
  server.get('/metrics', async (_request, reply) =>
    reply.type(metrics.contentType).send(await metrics.text()),
  );
  server.get('/status', async (_request, reply) => sendJson(reply, await status()));
  return server;
}
