import type { ApiParts } from '../api-parts.ts';
import { errorResponses, requestIdParameter, success } from '../openapi-parts.ts';
import type { Route } from '../router.ts';

/** How SHOUTCLOUD is doing, as far as its last answers tell: nobody asks it for this. */
export const status: Route<ApiParts> = {
  isFree: true,
  handle(exchange, { upstream, version }) {
    exchange.answer({
      headers: ['content-type', 'application/json', 'cache-control', 'no-store'],
      body: JSON.stringify({ upstream: upstream(), version }),
    });
  },
  operation: {
    operationId: 'status',
    summary: 'How SHOUTCLOUD is doing',
    description:
      'What this process knows from its last calls; SHOUTCLOUD is not called for it. Known texts are answered in any case.',
    tags: ['service'],
    parameters: [requestIdParameter],
    responses: {
      200: success('How it is doing.', {
        'application/json': {
          schema: { $ref: '#/components/schemas/Status' },
          example: { upstream: 'ok', version: '1.2.3' },
        },
      }),
      ...errorResponses(),
    },
  },
};
