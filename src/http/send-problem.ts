import type { FastifyReply, FastifyRequest } from 'fastify';
import { type ErrorCode, TuohsError } from '../core/errors.ts';
import type { World } from '../core/events.ts';
import { problemFor } from './problem.ts';

/** Answers a request with the error table's words; tells of those that are our or the upstream's fault. */
export function sendProblem(
  { emit }: Pick<World, 'emit'>,
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const known =
    error instanceof TuohsError
      ? error
      : new TuohsError(codeOf(error), 'no request of ours', { cause: error });
  const { status, headers, body } = problemFor(known, request.id);
  if (status >= 500) emit({ type: 'failed', requestId: request.id, code: known.code, error });
  return reply.code(status).headers(headers).send(Buffer.from(body));
}

/** The framework's own refusals, in the words of our table. */
function codeOf(error: unknown): ErrorCode {
  switch (error instanceof Error && 'code' in error && error.code) {
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return 'BAD_INPUT';
    case 'FST_ERR_BAD_URL':
      return 'NOT_FOUND';
    default:
      return 'INTERNAL';
  }
}
