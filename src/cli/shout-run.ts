import { once } from 'node:events';
import type { Writable } from 'node:stream';
import type { TuohsClient } from '../client/index.ts';
import { systemClock as clock } from '../core/clock.ts';
import { INTERRUPTED, isBrokenPipe, type Surroundings } from './own-process.ts';
import { asItCame, type Line, type ShoutInput } from './shout-input.ts';
import { type BufferedOutput, bufferedOutput, type ProgressBar, progressBar } from './shout-output.ts';
import { detailedResults, type Result } from './shout-results.ts';

export interface ShoutRunParts {
  readonly client: TuohsClient;
  /** Whether the output is a JSON object for each line, with everything known about its answer. */
  readonly isJson: boolean;
  /** The file for failed lines. */
  readonly failedFile: Writable | undefined;
  readonly surroundings: Surroundings;
}

/** The progress of the run, kept up to date. */
interface Tally {
  lines: number;
  bytes: number;
  failed: number;
}

/** Shouts the whole input, with a progress bar on a terminal. Resolves with the exit code once everything is written. */
export async function shoutRun(input: ShoutInput, parts: ShoutRunParts): Promise<number> {
  const { stop } = parts.surroundings;
  const ending = new AbortController();
  stop.first.then(() => ending.abort(INTERRUPTED));
  // At a second signal, do not wait for a reader that does not read.
  return Promise.race([shoutUntil(ending, input, parts), stop.second.then(() => INTERRUPTED)]);
}

async function shoutUntil(
  ending: AbortController,
  input: ShoutInput,
  { client, isJson, failedFile, surroundings: { stdout, stderr } }: ShoutRunParts,
): Promise<number> {
  const { signal } = ending;
  const tally: Tally = { lines: 0, bytes: 0, failed: 0 };
  const bar = barFor(input, stderr, tally);
  const endWith = (error: Error) => ending.abort(error);
  const answers = output(stdout, endWith);
  const reasons = output(stderr, () => {});
  const failed = failedFile && output(failedFile, endWith);

  if (input.isTerminal) reasons.write('tuohs: each line is shouted; Ctrl-D ends\n');
  try {
    await shoutLines(input, { client, isJson, signal, answers, reasons, failed, tally });
  } catch (error) {
    if (!signal.aborted) ending.abort(error);
  }
  await Promise.all([answers.flushed(), reasons.flushed(), failed?.flushed()]);
  bar?.stop();
  const { exitCode, words } = conclusion(signal.reason, tally);
  if (words !== undefined) reasons.write(`tuohs: ${words}\n`);
  await reasons.flushed();
  return exitCode;

  function output(stream: Writable, onBroken: (error: Error) => void): BufferedOutput {
    const around = bar && isTerminal(stream) ? bar.above : (write: () => void) => write();
    return bufferedOutput(stream, { clock, around, onBroken });
  }
}

/** The exit code and the last message, if there is one. Throws if the end has an unforeseen reason. */
function conclusion(endedWith: unknown, { lines, failed }: Tally): { exitCode: number; words?: string } {
  if (endedWith === INTERRUPTED) {
    const words = `interrupted; the output has ${lines} lines, go on with line ${lines + 1}`;
    return { exitCode: INTERRUPTED, words };
  }
  if (endedWith !== undefined && !isBrokenPipe(endedWith)) throw endedWith;
  if (failed === 0) return { exitCode: 0 };
  return { exitCode: 1, ...(lines > 1 && { words: `${failed} of ${lines} failed` }) };
}

function barFor(input: ShoutInput, stderr: Writable, progress: Tally): ProgressBar | undefined {
  if (input.noun === 'text' || input.isTerminal || !isTerminal(stderr)) return undefined;
  return progressBar({ terminal: stderr, totalBytes: input.file?.size || undefined, progress, clock });
}

function isTerminal(stream: Writable): boolean {
  return 'isTTY' in stream && stream.isTTY === true;
}

interface LineParts extends Pick<ShoutRunParts, 'client' | 'isJson'> {
  readonly signal: AbortSignal;
  readonly answers: BufferedOutput;
  readonly reasons: BufferedOutput;
  readonly failed: BufferedOutput | undefined;
  readonly tally: Tally;
}

/**
 * Shouts each line of the input: one line of output for each, in order, an empty one or a JSON object if it failed. Reads the
 * input only as fast as the outputs are read. Rejects if the input fails or the signal aborts, after all answers so far.
 */
async function shoutLines(input: ShoutInput, parts: LineParts): Promise<void> {
  const { client, isJson, signal, answers, reasons, failed, tally } = parts;
  /** The lines without a result, by their number from 0. A map, because `shift` of an array moves all others. */
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
    const failure = failureOf(line, result) ?? (isJson ? undefined : shapeFailureOf(result));
    const kept = failure && failed && asItCame(line);
    if (failure) tally.failed++;
    const answer = isJson ? jsonOf(line, result) : failure ? '' : result.data;
    const rooms = [
      answers.write(`${answer}\n`),
      failure && !isJson && reasons.write(`tuohs: ${input.noun} ${tally.lines + 1}: ${failure}\n`),
      kept && failed.write(kept),
    ];
    return rooms.some((room) => room) ? Promise.all(rooms) : undefined;
  }
}

/**
 * The text of each line, which is added to `underWay`. A line that cannot be sent is sent as an empty text, so that it
 * keeps its place in the order.
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

function failureOf({ fault }: Line, { data, error, detail, code }: Result): string | undefined {
  if (fault) return fault.reason;
  if (data !== undefined) return undefined;
  return `${[error, detail].filter((words) => words !== undefined).join(' ')} (${code})`;
}

function shapeFailureOf({ data }: Result): string | undefined {
  return data?.includes('\n') ? 'the answer is more than one line (BAD_ANSWER)' : undefined;
}
