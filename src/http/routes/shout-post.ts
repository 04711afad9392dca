import type { ApiParts } from '../api-parts.ts';
import { free, readBody } from '../body/read-body.ts';
import { textReader } from '../body/request-text.ts';
import { errorResponses, requestIdParameter, shoutSuccess } from '../openapi-parts.ts';
import type { Operation, Route } from '../router.ts';
import { shoutAnswer } from '../shout-answer.ts';

/** POST a string, as JSON, as a form or as plain text. */
export const shoutPost: Route<ApiParts> = {
  async handle(exchange, { reverseShout, maxBodyBytes }) {
    const { headers } = exchange.request;
    const textOf = textReader(headers);
    const body = await readBody(exchange, maxBodyBytes);
    const { length } = body;
    const shout = reverseShout(textOf(body), exchange);
    free([body]);
    const shouted = shout instanceof Promise ? await exchange.wait(shout, length) : shout;
    exchange.answer(shoutAnswer(shouted, headers.accept));
  },
};

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
