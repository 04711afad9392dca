import { TuohsError } from '../../core/errors.ts';
import { healthOperation, statusOperation } from '../../openapi/operations.ts';
import type { ApiParts } from '../api-parts.ts';
import type { Route } from '../router.ts';

/** Checks that known texts are answered: `test` goes through the caches, so only the first check asks the upstream. */
export const health: Route<ApiParts> = {
  isFree: true,
  async handle(exchange, { reverseShout }) {
    try {
      const { text } = await reverseShout('test', exchange);
      if (text !== 'TSET') throw new Error('the answer to a known text is wrong');
    } catch (cause) {
      throw new TuohsError('UPSTREAM_UNREACHABLE', 'not even a known text is answered', { cause });
    }
    return { headers: { 'content-type': 'text/plain', 'cache-control': 'no-store' }, body: 'success' };
  },
  operation: healthOperation,
};

/** The state of SHOUTCLOUD, judging by its last answers. This sends no request to SHOUTCLOUD. */
export const status: Route<ApiParts> = {
  isFree: true,
  handle: (_exchange, { upstream, version }) => ({
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
    body: JSON.stringify({ upstream: upstream(), version }),
  }),
  operation: statusOperation,
};
