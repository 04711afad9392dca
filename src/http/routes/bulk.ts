import type { OutgoingHttpHeaders } from 'node:http';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Clock } from '../../core/clock.ts';
import { TuohsError } from '../../core/errors.ts';
import type { ReverseShout } from '../../core/reverse-shout.ts';
import { lineAnswerer } from '../bulk/answer-line.ts';
import { bulkExchange } from '../bulk/bulk-exchange.ts';
import { mediaType } from '../media-type.ts';
import { responses } from '../responses.ts';

export interface BulkParts {
  readonly reverseShout: ReverseShout;
  readonly draining: AbortSignal;
  readonly clock: Clock;
}

export interface BulkLimits {
  readonly maxBodyBytes: number;
  /** How long neither side may make progress. */
  readonly slowClientMs: number;
  /** Lines of all streams together that may be under way. */
  readonly maxBulkLines: number;
}

const NDJSON = 'application/x-ndjson';

const schema = {
  operationId: 'shoutBulk',
  summary: 'Reverse and shout many texts',
  description:
    'One JSON object a line, `{"data": …}`, answered by one line each, in order, while you still send: `{"data": …}`, or ' +
    '`{"error", "code"}` for a line that cannot be answered, after which the rest goes on. Empty lines are skipped, the ' +
    'last line needs no line feed, a line has the size limit of a body. Read while you send: it reads no faster than you do. ' +
    'A stream that stands still for 10 s, or meets a shutdown, ends with an error line.',
  tags: ['shout'],
  consumes: [NDJSON],
  body: {
    type: 'string',
    description: 'JSON objects like `{"data": "hello"}`, one a line.',
    examples: ['{"data": "hello"}\n{"data": "world"}\n'],
  },
  response: responses(
    {
      200: {
        description: 'As many lines as came.',
        content: {
          [NDJSON]: {
            schema: { type: 'string', description: 'JSON objects, one a line.' },
            example: '{"data":"OLLEH"}\n{"data":"DLROW"}\n',
          },
        },
      },
    },
    [],
  ),
};

/** A stream always gets this many lines, however many streams there are. */
const LEAST_WINDOW = 8;

/** Lines of all streams together that wait for their answers. */
const MAX_WAITING_BYTES = 8_388_608;

/** POST any number of strings, one JSON object a line, and read as many lines back, while still sending. */
export function bulk(server: FastifyInstance, parts: BulkParts, limits: BulkLimits): void {
  const answerLine = lineAnswerer(parts.reverseShout);
  let streams = 0;
  const options = {
    answerLine,
    maxLineBytes: limits.maxBodyBytes,
    idleMs: limits.slowClientMs,
    window: () => ({
      lines: Math.max(LEAST_WINDOW, Math.floor(limits.maxBulkLines / streams)),
      bytes: MAX_WAITING_BYTES / streams,
    }),
    draining: parts.draining,
  };

  server.post('/v1/bulk', {
    schema,
    async handler(request, reply) {
      const type = mediaType(request.headers['content-type']);
      if (type !== NDJSON) throw new TuohsError('BAD_INPUT', 'another content type');
      streams++;
      try {
        await bulkExchange(
          { request: request.raw, response: reply.raw, start: () => startAnswer(reply) },
          options,
          parts.clock,
        );
      } finally {
        streams--;
      }
    },
  });
}

/** From here on the stream is ours, not the framework's. */
function startAnswer(reply: FastifyReply): void {
  reply.hijack();
  const headers = { ...reply.getHeaders(), 'content-type': NDJSON, 'cache-control': 'no-store' };
  reply.raw.writeHead(200, headers as OutgoingHttpHeaders);
}
