import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';
import type { ReverseShout } from '../../core/reverse-shout.ts';
import { sendShout } from '../answer.ts';
import { Caller } from '../caller.ts';
import { cacheStatusHeader, responses, upstreamCodes } from '../responses.ts';
import { shoutAnswer, shoutRequest, textOf } from '../schemas.ts';

export interface ShoutPostParts {
  readonly reverseShout: ReverseShout;
  readonly parseBody: (request: IncomingMessage) => Promise<unknown>;
}

// Each path ever was the address of the API. The one with the slash is the same, and left out of the document.
const OPERATION_IDS = { '/v1': 'shout', '/': 'shoutAtRoot', '/v1/': 'shoutWithSlash' };

/** Where a string may be posted to. */
export const SHOUT_PATHS: readonly string[] = Object.keys(OPERATION_IDS);

const schema = {
  summary: 'Reverse and shout a text',
  description:
    'Answers the text reversed (by characters as people see them) and upper-cased. `POST /` and `POST /v1/` are the same.',
  tags: ['shout'],
  consumes: ['application/json', 'application/x-www-form-urlencoded'],
  body: shoutRequest,
  response: responses(
    {
      200: {
        description: 'The answer.',
        headers: { 'Cache-Status': cacheStatusHeader },
        content: { 'application/json': { schema: shoutAnswer } },
      },
    },
    ['TOO_LARGE', ...upstreamCodes],
  ),
};

/** POST a string, as JSON or as a form. */
export function shoutPost(server: FastifyInstance, { reverseShout, parseBody }: ShoutPostParts): void {
  for (const [path, operationId] of Object.entries(OPERATION_IDS)) {
    server.post(path, {
      schema: { ...schema, operationId, hide: path === '/v1/' },
      async handler(request, reply) {
        const text = textOf(await parseBody(request.raw));
        return sendShout(reply, await reverseShout(text, new Caller(reply.raw)));
      },
    });
  }
}
