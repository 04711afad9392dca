import type { FastifyReply, FastifyRequest } from 'fastify';
import { type ErrorCode, TuohsError } from '../core/errors.ts';
import type { World } from '../core/events.ts';
import { type Problem, problemFor } from './problem.ts';

/** Answers a request with the error table's words; tells of those that are our or the upstream's fault. */
export function sendProblem(
  world: Pick<World, 'emit'>,
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const { status, headers, body } = toldProblem(world, error, request.id);
  return reply.code(status).headers(headers).send(Buffer.from(body));
}

/** The problem that an error is; told where it is our or the upstream's fault. */
export function toldProblem({ emit }: Pick<World, 'emit'>, error: unknown, requestId: string): Problem {
  const known =
    error instanceof TuohsError
      ? error
      : new TuohsError(codeOf(error), 'no request of ours', { cause: error });
  const problem = problemFor(known, requestId);
  if (problem.status >= 500) emit({ type: 'failed', requestId, code: known.code, error });
  return problem;
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
