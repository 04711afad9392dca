import type { BulkLineOutcome, Emit } from '../../core/events.ts';
import { bulkOperation } from '../../openapi/operations.ts';
import type { ApiParts } from '../api-parts.ts';
import { free, readBody } from '../body/read-body.ts';
import { mediaType, shownType } from '../body/request-text.ts';
import { answerLines, linesOf } from '../bulk/answer-lines.ts';
import { lineAnswerer } from '../bulk/line-answerer.ts';
import type { Exchange } from '../exchange.ts';
import { headerLines } from '../head.ts';
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
  operation: bulkOperation,
};

/** Answers the lines of a body that has arrived whole. */
async function answerBulk(exchange: Exchange, parts: ApiParts, body: Buffer): Promise<void> {
  exchange.holdCopies(body.length, 'body');
  const { bulkWindow: window, clock } = parts;
  const nextTurn = () => parts.nextTurn(body.length);
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
