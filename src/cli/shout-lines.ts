import { once } from 'node:events';
import { Readable } from 'node:stream';
import {
  type BulkResult,
  type ShoutDetails,
  type TuohsClient,
  TuohsClientError,
  type TuohsErrorCode,
} from '../client/index.ts';
import { asItCame, type Line, type ShoutInput } from './shout-input.ts';
import type { BufferedOutput } from './shout-output.ts';

/** How far it has come. Kept up to date while it runs. */
export interface Tally {
  lines: number;
  bytes: number;
  failed: number;
  /** How many failed lines were written to the file for them. */
  kept: number;
}

export interface ShoutLinesParts {
  readonly client: TuohsClient;
  /** Whether the output is a JSON object for each line, with everything known about its answer. */
  readonly isJson: boolean;
  readonly signal: AbortSignal;
  readonly answers: BufferedOutput;
  readonly reasons: BufferedOutput;
  /** The file for failed lines. */
  readonly failed: BufferedOutput | undefined;
  readonly tally: Tally;
}

type Result = BulkResult | DetailedResult;

/**
 * Shouts each line of the input: one line of output for each, in order, an empty one or a JSON object if it failed. Reads only
 * as fast as the outputs are read. Rejects if the input does, and with `ABORTED`; the outputs then hold what was answered.
 */
export async function shoutLines(input: ShoutInput, parts: ShoutLinesParts): Promise<void> {
  const { client, isJson, signal, answers, reasons, failed, tally } = parts;
  /** The lines that have no result yet, by their number from 0. */
  const underWay = new Map<number, Line>();
  const gone = once(signal, 'abort');
  const texts = textsOf(input, underWay);
  const results = isJson ? detailedResults(client, texts, signal) : client.bulk(texts, { signal });

  for await (const result of results) {
    const line = underWay.get(tally.lines);
    if (line === undefined) break;
    underWay.delete(tally.lines);
    const room = report(line, result);
    tally.lines++;
    tally.bytes += line.bytes;
    if (room) await Promise.race([room, gone]);
  }

  function report(line: Line, result: Result): Promise<unknown> | undefined {
    const reason = isJson ? undefined : failureOf(line, result);
    const hasFailed = reason !== undefined || line.fault !== undefined || result.data === undefined;
    const kept = hasFailed && failed && asItCame(line);
    if (hasFailed) tally.failed++;
    if (kept) tally.kept++;
    const rooms = [
      answers.write(`${isJson ? jsonOf(line, result) : hasFailed ? '' : result.data}\n`),
      reason && reasons.write(`tuohs: ${input.noun} ${tally.lines + 1}: ${reason}\n`),
      kept && failed.write(kept),
    ];
    return rooms.some((room) => room) ? Promise.all(rooms) : undefined;
  }
}

/**
 * The text of each line, which is then under way. A line that cannot be sent travels as an empty text, so that it keeps
 * its place in the order.
 */
async function* textsOf(
  input: ShoutInput,
  underWay: Map<number, Line>,
): AsyncGenerator<string, void, undefined> {
  let count = 0;
  for await (const lines of input.lines) {
    for (const line of lines) {
      underWay.set(count++, line);
      yield line.text;
    }
  }
}

function jsonOf({ fault }: Line, result: Result): string {
  return JSON.stringify(fault ? { error: fault.reason, code: 'BAD_INPUT' } : result);
}

function failureOf({ fault }: Line, result: Result): string | undefined {
  if (fault) return fault.reason;
  if (result.data === undefined) return wordsFor(result);
  return result.data.includes('\n') ? 'the answer is more than one line (BAD_ANSWER)' : undefined;
}

function wordsFor({ error, detail, code }: Extract<Result, { error: string }>): string {
  return detail === undefined ? `${error} (${code})` : `${error} ${detail} (${code})`;
}

/** One answer with everything known about it, or why there is none. JSON leaves out what is `undefined`. */
type DetailedResult =
  | ({ readonly data: string; readonly error?: undefined } & Omit<ShoutDetails, 'text'>)
  | {
      readonly data?: undefined;
      readonly error: string;
      readonly code: TuohsErrorCode;
      readonly detail: string | undefined;
      readonly requestId: string | undefined;
    };

const CONCURRENCY = 16;

/** One result for each text, in order. Each text has its own request. Throws what `texts` throws, and if the signal aborts. */
function detailedResults(
  client: TuohsClient,
  texts: AsyncIterable<string>,
  signal: AbortSignal,
): AsyncIterable<DetailedResult> {
  const ask = async (text: string): Promise<DetailedResult> => {
    try {
      const { text: data, ...details } = await client.shoutWithDetails(text, { signal });
      return { data, ...details };
    } catch (error) {
      if (!(error instanceof TuohsClientError)) throw error;
      const { message, code, detail, requestId } = error;
      return { error: message, code, detail, requestId };
    }
  };
  const results = Readable.from(texts).map(ask, { concurrency: CONCURRENCY })[Symbol.asyncIterator]();
  const aborted = once(signal, 'abort').then(() => Promise.reject(signal.reason));
  aborted.catch(() => {});
  // Has no `return`, because ending the stream would wait for its source, which might never bring another text.
  return { [Symbol.asyncIterator]: () => ({ next: () => Promise.race([results.next(), aborted]) }) };
}
