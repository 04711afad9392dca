import type { OutgoingHttpHeaders } from 'node:http';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Clock } from '../../core/clock.ts';
import { TuohsError } from '../../core/errors.ts';
import type { ReverseShout } from '../../core/reverse-shout.ts';
import { lineAnswerer } from '../bulk/answer-line.ts';
import { bulkExchange } from '../bulk/bulk-exchange.ts';
import { mediaType } from '../media-type.ts';

export interface BulkParts {
  readonly reverseShout: ReverseShout;
  readonly draining: AbortSignal;
}

export interface BulkLimits {
  readonly maxBodyBytes: number;
  /** How long neither side may make progress. */
  readonly slowClientMs: number;
  /** Lines of all streams together that may be under way. */
  readonly maxBulkLines: number;
}

/** A stream always gets this many lines, however many there are. */
const LEAST_WINDOW = 8;

/** POST any number of strings, one JSON object a line, and read as many lines back, while still sending. */
export function bulk(server: FastifyInstance, parts: BulkParts, limits: BulkLimits, clock: Clock): void {
  const answerLine = lineAnswerer(parts.reverseShout);
  let streams = 0;
  const options = {
    answerLine,
    maxLineBytes: limits.maxBodyBytes,
    idleMs: limits.slowClientMs,
    window: () => Math.max(LEAST_WINDOW, Math.floor(limits.maxBulkLines / streams)),
    draining: parts.draining,
  };

  server.post('/v1/bulk', {
    async handler(request, reply) {
      const type = mediaType(request.headers['content-type']);
      if (type !== NDJSON) throw new TuohsError('BAD_INPUT', 'another content type');
      streams++;
      try {
        await bulkExchange(
          { request: request.raw, response: reply.raw, start: () => startAnswer(reply) },
          options,
          clock,
        );
      } finally {
        streams--;
      }
    },
  });
}

const NDJSON = 'application/x-ndjson';

/** From here on the stream is ours, not the framework's. */
function startAnswer(reply: FastifyReply): void {
  reply.hijack();
  const headers = { ...reply.getHeaders(), 'content-type': NDJSON, 'cache-control': 'no-store' };
  reply.raw.writeHead(200, headers as OutgoingHttpHeaders);
}
