import type { BulkLineOutcome, Emit } from '../../core/events.ts';
import type { ApiParts } from '../api-parts.ts';
import { free, readBody } from '../body/read-body.ts';
import { mediaType, shownType } from '../body/request-text.ts';
import { answerLines, linesOf } from '../bulk/answer-lines.ts';
import { lineAnswerer } from '../bulk/line-answerer.ts';
import type { Exchange } from '../exchange.ts';
import { headerLines } from '../head.ts';
import { errorResponses, requestIdParameter, success } from '../openapi-parts.ts';
import { badInput } from '../problem.ts';
import type { Route } from '../router.ts';

const NDJSON = 'application/x-ndjson';

/** POST many strings, one JSON object a line, and read as many lines back, in order. */
export const bulk: Route<ApiParts> = {
  handle(exchange, parts) {
    const { 'content-type': type } = exchange.request.headers;
    if (mediaType(type) !== NDJSON) {
      throw badInput('no NDJSON', `The content type is ${shownType(type)}; send ${NDJSON}.`);
    }
    return readBody(exchange, parts.maxBulkBytes, (body) => answerBulk(exchange, parts, body));
  },
  operation: {
    operationId: 'shoutBulk',
    summary: 'Reverse and shout many texts',
    description:
      'One JSON object a line, `{"data": …}`, at most 1 MiB in all. When the whole body has arrived, each line is answered by ' +
      'one line, in order, as soon as its answer is known: `{"data": …}`, or `{"error", "code", "detail"}` for a line that ' +
      'cannot be answered, after which the rest goes on. Empty lines are skipped, the last line needs no line feed, and a ' +
      'line has the size limit of a single body. An answer with another number of lines was cut short: send the request again.',
    tags: ['shout'],
    parameters: [requestIdParameter],
    requestBody: {
      required: true,
      content: {
        [NDJSON]: {
          schema: { type: 'string', description: 'JSON objects like `{"data": "hello"}`, one a line.' },
          example: '{"data": "hello"}\n{"data": "world"}\n',
        },
      },
    },
    responses: {
      200: success('As many lines as the request had.', {
        [NDJSON]: {
          schema: { type: 'string', description: 'JSON objects, one a line.' },
          example: '{"data":"OLLEH"}\n{"data":"DLROW"}\n',
        },
      }),
      ...errorResponses(413),
    },
  },
};

/** Answers the lines of a body that has arrived whole. */
async function answerBulk(exchange: Exchange, parts: ApiParts, body: Buffer): Promise<void> {
  exchange.holdCopies(body.length, 'body');
  const { bulkWindow: window, clock, nextTurn } = parts;
  exchange.atEnd(window.enter());
  exchange.atEnd(() => free([body]));
  const answerLine = lineAnswerer(exchange, parts, lineCounter(exchange, parts.emit));
  const response = exchange.stream(headerLines({ 'content-type': NDJSON, 'cache-control': 'no-store' }));
  await answerLines(
    linesOf(body),
    { answerLine, window, nextTurn, isClosing: () => exchange.isClosing },
    { response, gone: exchange.signal, clock },
  );
}

/** Counts lines by how they ended, and reports the counts when the exchange has ended: an event a line would cost too much. */
function lineCounter(exchange: Exchange, emit: Emit): (outcome: BulkLineOutcome) => void {
  const counted = new Map<BulkLineOutcome, number>();
  exchange.atEnd(() => {
    for (const [outcome, lines] of counted) emit({ type: 'bulk-lines', outcome, lines });
  });
  return (outcome) => counted.set(outcome, (counted.get(outcome) ?? 0) + 1);
}
