import type { Shout } from '../../core/shouter.ts';
import type { ApiParts } from '../api-parts.ts';
import { free, readBody } from '../body/read-body.ts';
import { textReader } from '../body/request-text.ts';
import { errorResponses, requestIdParameter, shoutSuccess } from '../openapi-parts.ts';
import type { Operation, Route } from '../router.ts';
import { shoutAnswer } from '../shout-answer.ts';

/** POST a string, as JSON, as a form or as plain text. */
export const shoutPost: Route<ApiParts> = {
  handle(exchange, { reverseShout, maxBodyBytes, nextTurn }) {
    const { headers } = exchange.request;
    const textOf = textReader(headers);
    return readBody(exchange, maxBodyBytes, (body) =>
      body.length > LARGE_BYTES ? nextTurn().then(() => answer(body)) : answer(body),
    );

    function answer(body: Buffer): void | Promise<void> {
      const { length } = body;
      const shout = reverseShout(textOf(body), exchange);
      free([body]);
      if (shout instanceof Promise) return exchange.wait(shout, length).then(send);
      send(shout);
    }

    function send(shout: Shout): void {
      exchange.answer(shoutAnswer(shout, headers.accept));
    }
  },
};

/** To read, reverse and look up a text of this size takes about a millisecond at worst. */
const LARGE_BYTES = 16_384;

/** How `POST` on this path is described: each path was the address of the API at some time. */
export function shoutOperation(operationId: string): Operation {
  return {
    operationId,
    summary: 'Reverse and shout a text',
    description:
      'Answers the text reversed (by characters as people see them) and upper-cased. `POST /` and `POST /v1/` are the same.',
    tags: ['shout'],
    parameters: [requestIdParameter],
    requestBody: {
      required: true,
      content: {
        'application/json': {
          schema: { $ref: '#/components/schemas/ShoutRequest' },
          example: { data: 'hello' },
        },
        'application/x-www-form-urlencoded': { schema: { $ref: '#/components/schemas/ShoutForm' } },
        'text/plain': { schema: { type: 'string' }, example: 'hello' },
      },
    },
    responses: { 200: shoutSuccess({}), ...errorResponses(413, 504) },
  };
}
