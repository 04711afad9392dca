import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';
import type { Static } from 'typebox';
import type { ReverseShout } from '../../core/reverse-shout.ts';
import { sendShout } from '../answer.ts';
import { Caller } from '../caller.ts';
import { shoutRequest } from '../schemas.ts';

export interface ShoutPostParts {
  readonly reverseShout: ReverseShout;
  readonly parseBody: (request: IncomingMessage) => Promise<unknown>;
}

/** POST a string, as JSON or as a form: on each path that ever was the address of the API. */
export function shoutPost(server: FastifyInstance, { reverseShout, parseBody }: ShoutPostParts): void {
  for (const path of ['/', '/v1', '/v1/']) {
    server.post(path, {
      schema: { body: shoutRequest },
      async preValidation(request) {
        request.body = await parseBody(request.raw);
      },
      handler(request, reply) {
        const { data } = request.body as Static<typeof shoutRequest>;
        const shout = reverseShout(data, new Caller(reply.raw));
        return shout instanceof Promise
          ? shout.then((late) => sendShout(reply, late))
          : sendShout(reply, shout);
      },
    });
  }
}
