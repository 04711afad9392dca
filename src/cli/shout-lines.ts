import type { BulkResult, TuohsClient } from '../client/index.ts';
import type { BufferedOutput } from './buffered-output.ts';
import { asItCame, type Line } from './lines.ts';
import { Queue } from './queue.ts';
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
  readonly signal: AbortSignal;
  readonly answers: BufferedOutput;
  readonly reasons: BufferedOutput;
  /** The file for failed lines. */
  readonly failed: BufferedOutput | undefined;
  readonly tally: Tally;
}

/**
 * Shouts each line of the input: one line of output for each, in order, an empty one if it failed. Reads only as fast as
 * the outputs are read. Rejects if the input does, and with `ABORTED`; the outputs then hold what was answered.
 */
export async function shoutLines(input: ShoutInput, parts: ShoutLinesParts): Promise<void> {
  const { client, signal, answers, reasons, failed, tally } = parts;
  const underWay = new Queue<Line>();
  const gone = new Promise<void>((resolve) =>
    signal.addEventListener('abort', () => resolve(), { once: true }),
  );

  for await (const result of client.bulk(textsOf(input, underWay), { signal })) {
    const line = underWay.shift();
    if (line === undefined) break;
    const room = report(line, result);
    tally.lines++;
    tally.bytes += line.bytes;
    if (room) await Promise.race([room, gone]);
  }

  function report(line: Line, result: BulkResult): Promise<unknown> | undefined {
    const reason = failureOf(line, result);
    if (reason === undefined) return answers.write(`${result.data}\n`);
    tally.failed++;
    const kept = failed && asItCame(line);
    if (kept) tally.kept++;
    const rooms = [
      answers.write('\n'),
      reasons.write(`tuohs: ${input.noun} ${tally.lines + 1}: ${reason}\n`),
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

function failureOf({ fault }: Line, result: BulkResult): string | undefined {
  if (fault) return fault.reason;
  if (result.data === undefined) return wordsFor(result);
  return result.data.includes('\n') ? 'the answer is more than one line (BAD_ANSWER)' : undefined;
}

function wordsFor({ error, detail, code }: Extract<BulkResult, { error: string }>): string {
  return detail === undefined ? `${error} (${code})` : `${error} ${detail} (${code})`;
}
