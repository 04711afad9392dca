import { hash } from 'node:crypto';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { ReverseShout } from '../../core/reverse-shout.ts';
import type { Shout } from '../../core/shouter.ts';
import { sendShout } from '../answer.ts';
import { Caller } from '../caller.ts';
import { cacheStatusHeader, responses, upstreamCodes } from '../responses.ts';
import { type JsonSchema, shoutAnswer, shoutQuery, textOf } from '../schemas.ts';

const cachingHeaders: Record<string, JsonSchema> = {
  ETag: { type: 'string', description: 'Changes with the answer; send it back as `If-None-Match`.' },
  'Cache-Control': { type: 'string', description: 'For good, but for local answers: `no-store`.' },
};

const requestHeaders: JsonSchema = {
  type: 'object',
  properties: { 'If-None-Match': { type: 'string', description: 'The `ETag` of the answer that you have.' } },
};

const schema = {
  operationId: 'shoutCacheable',
  summary: 'Reverse and shout a text that may be cached',
  description:
    'The same answer in a form that browsers and CDNs keep for good. Texts in URLs end up in logs: POST private ones.',
  tags: ['shout'],
  querystring: shoutQuery,
  headers: requestHeaders,
  response: responses(
    {
      200: {
        description: 'The answer.',
        headers: { 'Cache-Status': cacheStatusHeader, ...cachingHeaders },
        content: { 'application/json': { schema: shoutAnswer } },
      },
      304: { description: 'You have the answer already.', type: 'null', headers: cachingHeaders },
    },
    upstreamCodes,
  ),
};

/** GET a string's answer: the form that browsers and CDNs can keep for good, for it never changes. */
export function shoutGet(server: FastifyInstance, { reverseShout }: { reverseShout: ReverseShout }): void {
  for (const path of ['/v1', '/v1/']) {
    server.get(path, {
      schema: { ...schema, hide: path === '/v1/' },
      async handler(request, reply) {
        const shout = await reverseShout(textOf(request.query), new Caller(reply.raw));
        return sendCacheable(reply, shout, request.headers['if-none-match']);
      },
    });
  }
}

function sendCacheable(reply: FastifyReply, shout: Shout, ifNoneMatch: string | undefined): FastifyReply {
  if (shout.source === 'local') return sendShout(reply.header('cache-control', 'no-store'), shout);
  const etag = `"${hash('sha256', shout.text, 'base64url')}"`;
  reply.header('cache-control', 'public, max-age=31536000, immutable').header('etag', etag);
  return matches(ifNoneMatch, etag) ? reply.code(304).send() : sendShout(reply, shout);
}

/** Weak comparison, as RFC 9110 §13.1.2 has it for If-None-Match. */
function matches(ifNoneMatch: string | undefined, etag: string): boolean {
  const known = ifNoneMatch?.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return known !== undefined && (known.includes(etag) || known.includes('*'));
}
