import { TuohsError } from '../../core/errors.ts';
import type { BulkLineOutcome, Emit } from '../../core/events.ts';
import type { Shout } from '../../core/shouter.ts';
import { bulkOperation } from '../../openapi/operations.ts';
import { answerLines, type BulkWork, linesOf, workOn } from '../answer-lines.ts';
import type { ApiParts } from '../api-parts.ts';
import type { Exchange } from '../exchange.ts';
import { knownError, problemLine, tooLarge } from '../problem.ts';
import { free } from '../request-body.ts';
import type { Route } from '../router.ts';
import { badType, mediaType, shoutBody, textOfJson } from './shout.ts';

const NDJSON = 'application/x-ndjson';

/** POST many texts, one JSON object a line, and read as many lines back, in order. */
export const bulk: Route<ApiParts> = {
  handle(exchange, parts) {
    const { headers } = exchange.request;
    if (mediaType(headers) !== NDJSON) throw badType(headers['content-type'], NDJSON);
    return exchange.readBody(parts.maxBulkBytes, (body) =>
      exchange.inTurn(workOn(body), () => answerBulk(exchange, parts, body)),
    );
  },
  operation: bulkOperation,
};

/** Answers the lines of a body that has arrived whole. */
async function answerBulk(exchange: Exchange, parts: ApiParts, body: Buffer): Promise<undefined> {
  const { bulkWindow: window, clock } = parts;
  const gone = exchange.signal;
  const nextTurn = () => exchange.inTurn(workOn(body), () => {});
  exchange.atEnd(() => free([body]));
  exchange.held.setStream(body.length);
  exchange.atEnd(window.enter());
  const answerLine = lineAnswerer(exchange, parts, lineCounter(exchange, parts.emit));
  const response = exchange.reply.stream({ 'content-type': NDJSON, 'cache-control': 'no-store' });
  await answerLines(
    linesOf(body),
    { answerLine, window, nextTurn, isClosing: () => exchange.isClosing },
    { response, gone, clock },
  );
  exchange.reply.endStream();
}

/** Counts lines by how they ended, and reports the counts at the end: one event for each line would cost too much. */
function lineCounter(exchange: Exchange, emit: Emit): (outcome: BulkLineOutcome) => void {
  const counted = new Map<BulkLineOutcome, number>();
  exchange.atEnd(() => {
    for (const [outcome, lines] of counted) emit({ type: 'bulk-lines', outcome, lines });
  });
  return (outcome) => counted.set(outcome, (counted.get(outcome) ?? 0) + 1);
}

/**
 * Answers a line `{"data": …}` with `{"data": …}`, and one that cannot be answered with `{"error", "code", "detail"?}`. Once
 * the server closes, every line that follows is `OVERLOADED`. `count` is called with how each line ended.
 */
function lineAnswerer(
  exchange: Exchange,
  { reverseShout, maxBodyBytes }: Pick<ApiParts, 'reverseShout' | 'maxBodyBytes'>,
  count: (outcome: BulkLineOutcome) => void,
): BulkWork['answerLine'] {
  return (line) => {
    try {
      if (exchange.isClosing) throw new TuohsError('OVERLOADED', 'the server closes');
      if (line.length > maxBodyBytes) throw tooLarge('line', maxBodyBytes);
      const shout = reverseShout(textOfJson(line, 'line'), exchange);
      return shout instanceof Promise ? shout.then(answered, failed) : answered(shout);
    } catch (error) {
      return failed(error);
    }
  };

  function answered(shout: Shout): string {
    count(shout.source === 'local' ? 'local' : 'success');
    return answerLine(shout);
  }

  function failed(error: unknown): string {
    const { code } = knownError(error);
    count(code);
    if (code === 'INTERNAL') exchange.report(error);
    return problemLine(error);
  }
}

/** Marks an answer of our own mapping, as `Cache-Status` does for a single text. */
function answerLine(shout: Shout): string {
  const line = shoutBody(shout);
  return shout.source === 'local' ? `${line.slice(0, -1)},"source":"local"}` : line;
}
