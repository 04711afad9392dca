import type { BulkResult, TuohsClient } from '../client/index.ts';
import type { BufferedOutput } from './buffered-output.ts';
import { asItCame, type Line } from './lines.ts';
import { type DetailedResult, detailedResults } from './shout-details.ts';
import type { ShoutInput } from './shout-input.ts';

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
  /** Whether the output is a JSON object for each line, with all that is known of its answer. */
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
  const underWay = new Queue<Line>();
  const gone = new Promise<void>((resolve) =>
    signal.addEventListener('abort', () => resolve(), { once: true }),
  );
  const texts = textsOf(input, underWay);
  const results = isJson ? detailedResults(client, texts, signal) : client.bulk(texts, { signal });

  for await (const result of results) {
    const line = underWay.shift();
    if (line === undefined) break;
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
async function* textsOf(input: ShoutInput, underWay: Queue<Line>): AsyncGenerator<string, void, undefined> {
  for await (const lines of input.lines) {
    for (const line of lines) {
      underWay.push(line);
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

const CLEAN_UP_AT = 1024;

/** First in, first out, in constant time for any length. */
class Queue<T> {
  #items: (T | undefined)[] = [];
  #start = 0;

  push(item: T): void {
    this.#items.push(item);
  }

  /** The item that came first; `undefined` if there is none. */
  shift(): T | undefined {
    const first = this.#items[this.#start];
    if (this.#start === this.#items.length) return undefined;
    // An item that has left must not stay in memory until the next clean-up.
    this.#items[this.#start++] = undefined;
    if (this.#start >= CLEAN_UP_AT && this.#start * 2 >= this.#items.length) {
      this.#items = this.#items.slice(this.#start);
      this.#start = 0;
    }
    return first;
  }
}
