import { TuohsError } from '../../core/errors.ts';
import type { BulkLineOutcome, Emit } from '../../core/events.ts';
import type { Shout } from '../../core/shouter.ts';
import { bulkOperation } from '../../openapi/operations.ts';
import type { ApiParts } from '../api-parts.ts';
import { free } from '../body-pieces.ts';
import { countLines, linesOf } from '../bulk-lines.ts';
import type { Exchange } from '../exchange.ts';
import { knownError, problemLine, tooLarge } from '../problem.ts';
import { badType, mediaType, textOfJson } from '../request-text.ts';
import type { Route } from '../router.ts';
import { shoutBody } from './shout.ts';

const NDJSON = 'application/x-ndjson';

/** POST many texts, one JSON object per line. The answer has one line for each text, in the same order. */
export const bulk: Route<ApiParts> = {
  handle(exchange, parts) {
    const { headers } = exchange.request;
    if (mediaType(headers) !== NDJSON) throw badType(headers['content-type'], NDJSON);
    const use = (body: Buffer) => {
      exchange.atEnd(() => free([body]));
      // Counts the body as a bulk while it waits. As plain bodies, bulks could fill the budget, and none is slow enough to be cut off.
      exchange.held.setStream(body.length);
      return exchange.inTurn(workOn(body), () => answerLines(exchange, parts, body));
    };
    return exchange.readBody(parts.maxBulkBytes, use, { isStreamed: true });
  },
  operation: bulkOperation,
};

/** The bytes of lines that are started in one turn. Each line counts as `LINE_WORK` bytes more than it has. */
const TURN_WORK = 32_768;
const LINE_WORK = 256;

/** A bulk of at most this many lines counts as the work of its lines. A bulk with more lines counts as at least a whole turn. */
const FEW_LINES = 32;

/** The work on a body, in bytes. Many short lines take longer than their bytes suggest, and single texts must not wait for all of them. */
function workOn(body: Buffer): number {
  const lines = countLines(body, FEW_LINES);
  return Math.max(body.length, lines <= FEW_LINES ? lines * LINE_WORK : TURN_WORK);
}

/**
 * Answers the lines of a whole body in order. An answer is written as soon as it and all earlier ones are known, together
 * with others of the same turn. Starts no more lines than the window allows, and waits while the client does not read.
 */
async function answerLines(exchange: Exchange, parts: ApiParts, body: Buffer): Promise<undefined> {
  const { bulkWindow: window, clock } = parts;
  const gone = exchange.signal;
  /** The answers of lines that were started and are not written yet; `undefined` until an answer is known. */
  let answers: (string | undefined)[] = [];
  /** How many answers are written. */
  let written = 0;
  let work = 0;
  let moved = Promise.withResolvers<void>();
  let isAllBegun = false;
  let lastLines: string | undefined;
  exchange.atEnd(window.enter());
  const answerLine = lineAnswerer(exchange, parts, lineCounter(exchange, parts.emit));
  const response = exchange.reply.stream({ 'content-type': NDJSON, 'cache-control': 'no-store' });
  response.on('drain', wake);
  gone.addEventListener('abort', wake);

  for (const line of linesOf(body)) {
    work += line.length + LINE_WORK;
    if (work > TURN_WORK) {
      work = 0;
      await exchange.inTurn(workOn(body), () => {});
    }
    await until(() => answers.length < window.lines(line.length) && !response.writableNeedDrain);
    if (gone.aborted) break;
    take(line);
    // If the server is closing, `take` has just refused the line.
    if (exchange.isClosing && !window.refuse()) break;
  }
  isAllBegun = true;
  flush();
  await until(() => answers.length === 0);
  exchange.reply.endStream(lastLines);

  async function until(isSo: () => boolean): Promise<void> {
    while (!isSo() && !gone.aborted) await moved.promise;
  }

  function take(line: Buffer): void {
    const place = written + answers.push(undefined) - 1;
    const answer = answerLine(line);
    if (answer instanceof Promise) void answer.then((late) => put(place, late));
    else put(place, answer);
  }

  function put(place: number, answer: string): void {
    answers[place - written] = answer;
    if (place === written) clock.soon(flush);
  }

  function flush(): void {
    const firstOpen = answers.indexOf(undefined);
    const isWhole = isAllBegun && firstOpen < 0;
    const ready = firstOpen < 0 ? answers : answers.slice(0, firstOpen);
    if (ready.length === 0) return;
    answers = firstOpen < 0 ? [] : answers.slice(firstOpen);
    written += ready.length;
    const lines = `${ready.join('\n')}\n`;
    if (isWhole) lastLines = lines;
    else if (!gone.aborted) response.write(lines);
    wake();
  }

  function wake(): void {
    const { resolve } = moved;
    moved = Promise.withResolvers();
    resolve();
  }
}

/** Counts lines by outcome, and reports the counts at the end, because one event for each line would cost too much. */
function lineCounter(exchange: Exchange, emit: Emit): (outcome: BulkLineOutcome) => void {
  const counted = new Map<BulkLineOutcome, number>();
  exchange.atEnd(() => {
    for (const [outcome, lines] of counted) emit({ type: 'bulk-lines', outcome, lines });
  });
  return (outcome) => counted.set(outcome, (counted.get(outcome) ?? 0) + 1);
}

/**
 * Answers a line `{"data": …}` with `{"data": …}`, or with `{"error", "code", "detail"?}` if it cannot be answered. While
 * the server closes, each line gets `OVERLOADED`. Calls `count` with the outcome of each line. Never throws or rejects.
 */
function lineAnswerer(
  exchange: Exchange,
  { reverseShout, maxBodyBytes }: Pick<ApiParts, 'reverseShout' | 'maxBodyBytes'>,
  count: (outcome: BulkLineOutcome) => void,
): (line: Buffer) => string | Promise<string> {
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
    return shoutLine(shout);
  }

  function failed(error: unknown): string {
    const { code } = knownError(error);
    count(code);
    if (code === 'INTERNAL') exchange.report(error);
    return problemLine(error);
  }
}

/** The line of an answered text. If our own mapping answered, the line says so, as `Cache-Status` does for a single text. */
function shoutLine(shout: Shout): string {
  const line = shoutBody(shout);
  return shout.source === 'local' ? `${line.slice(0, -1)},"source":"local"}` : line;
}
