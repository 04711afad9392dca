import { TuohsError } from '../../core/errors.ts';
import { healthOperation } from '../../openapi/operations.ts';
import type { ApiParts } from '../api-parts.ts';
import { headerLines } from '../head.ts';
import type { Route } from '../router.ts';

/** Says that known strings are answered: `test` goes through the caches, and the upstream is asked only for the first. */
export const health: Route<ApiParts> = {
  isFree: true,
  async handle(exchange, { reverseShout }) {
    try {
      const { text } = await reverseShout('test', exchange);
      if (text !== 'TSET') throw new Error('this is not the core');
    } catch (cause) {
      throw new TuohsError('UPSTREAM_UNREACHABLE', 'not even a known string is answered', { cause });
    }
    exchange.answer({
      headers: headerLines({ 'content-type': 'text/plain', 'cache-control': 'no-store' }),
      body: 'success',
    });
  },
  operation: healthOperation,
};
