import type { FastifyInstance } from 'fastify';
import { prefersHtml } from '../../web/prefers-html.ts';
import { sendJson } from '../answer.ts';
import { loadOnce } from '../load-once.ts';
import { responses } from '../responses.ts';
import type { JsonSchema } from '../schemas.ts';
import { addVary } from '../vary.ts';
import { webAssets } from './web-assets.ts';

const indexSchema: JsonSchema = {
  type: 'object',
  required: ['name', 'version'],
  properties: { name: { type: 'string' }, version: { type: 'string' } },
};

const schema = {
  operationId: 'home',
  summary: 'What there is to ask, and where',
  description: 'A browser, or whoever else prefers `text/html` to JSON, gets the playground.',
  tags: ['service'],
  response: responses(
    {
      200: {
        description: 'The index, or the playground.',
        headers: { Vary: { type: 'string', description: '`Accept`.' } },
        content: {
          'application/json': { schema: indexSchema },
          'text/html': { schema: { type: 'string' } },
        },
      },
    },
    [],
  ),
};

/** The way in: for a browser the playground, for anything else what there is to ask, and where. */
export function home(server: FastifyInstance, { version }: { version: string }): void {
  // At the first request, for most processes never serve the page and all should start fast.
  const playground = loadOnce(async () => (await import('../../web/playground.ts')).playground());

  webAssets(server, playground);
  server.get('/', {
    schema,
    async handler(request, reply) {
      addVary(reply, 'Accept');
      if (!prefersHtml(request.headers.accept)) return sendJson(reply, index(version));
      const { html } = await playground();
      return reply
        .header('content-type', 'text/html; charset=utf-8')
        .header('content-security-policy', PAGE_POLICY)
        .header('cache-control', 'no-cache')
        .send(html);
    },
  });
}

/** What the page needs of its own origin, and nothing from anywhere else. */
const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

function index(version: string): unknown {
  return {
    name: 'tuohs',
    version,
    about: 'Answers a string reversed and upper-cased.',
    links: {
      shout: { method: 'POST', href: '/v1', body: { data: 'hello' } },
      cacheable: { method: 'GET', href: '/v1?data=hello' },
      bulk: { method: 'POST', href: '/v1/bulk' },
      health: { method: 'GET', href: '/health' },
      reference: { method: 'GET', href: '/docs' },
      openapi: { method: 'GET', href: '/openapi.json' },
    },
  };
}
