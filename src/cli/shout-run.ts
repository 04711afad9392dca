import { addAbortListener, once } from 'node:events';
import { Readable, type Writable } from 'node:stream';
import { type BulkResult, type TuohsClient, TuohsClientError } from '../client/index.ts';
import { systemClock as clock } from '../core/clock.ts';
import { INTERRUPTED, isBrokenPipe, type Surroundings, writeFailure, written } from './own-process.ts';
import type { Line, ShoutInput } from './shout-input.ts';
import { CLEAR_BAR, joinedOutput, progressBar } from './shout-output.ts';

export interface ShoutRunParts {
  readonly client: TuohsClient;
  /** Whether the output is a JSON object for each line, with everything known about its answer. */
  readonly isJson: boolean;
  readonly failedFile: Writable | undefined;
  readonly surroundings: Surroundings;
}

/** The progress of the run, updated after each line. */
interface Progress {
  lines: number;
  bytes: number;
  failed: number;
}

/** Shouts the whole input, with a progress bar on a terminal. Resolves with the exit code once everything is written. */
export async function shoutRun(input: ShoutInput, parts: ShoutRunParts): Promise<number> {
  const { stop } = parts.surroundings;
  const ending = new AbortController();
  stop.first.then(() => ending.abort(INTERRUPTED));
  // At a second signal, returns without waiting for the reader of the output.
  return Promise.race([shoutUntil(ending, input, parts), stop.second.then(() => INTERRUPTED)]);
}

async function shoutUntil(ending: AbortController, input: ShoutInput, parts: ShoutRunParts): Promise<number> {
  const { stdout, stderr } = parts.surroundings;
  const { signal } = ending;
  const progress: Progress = { lines: 0, bytes: 0, failed: 0 };
  const outputs = [stdout, stderr, ...(parts.failedFile ? [parts.failedFile] : [])];
  const checked = outputs.filter((output) => output !== stderr);
  for (const output of checked) output.on('error', (error) => failed(output, error));

  if (input.isTerminal) stderr.write('tuohs: each line is shouted; Ctrl-D ends\n');
  const stopBar = startBar(input, parts.surroundings, progress);
  try {
    await shoutLines(input, { ...parts, signal, outputs, progress, hasBar: stopBar !== undefined });
  } catch (error) {
    if (!signal.aborted) ending.abort(error);
  }
  // Asks each output for its error, because a file emits `error` only after it is closed, which would be too late.
  for (const output of checked) {
    const error = await written(output);
    if (error) failed(output, error);
  }
  stopBar?.();
  const { exitCode, words } = conclusion(signal.reason, progress);
  if (words !== undefined) stderr.write(`tuohs: ${words}\n`);
  await written(stderr);
  return exitCode;

  function failed(output: Writable, error: Error): void {
    const name = output === stdout ? 'the output' : 'the file of --failed';
    ending.abort(isBrokenPipe(error) ? error : new Error(writeFailure(name, error)));
  }
}

/** The exit code and the last message, if there is one. Throws if the run ended for an unexpected reason. */
function conclusion(endedWith: unknown, { lines, failed }: Progress): { exitCode: number; words?: string } {
  if (endedWith === INTERRUPTED) {
    const words = `interrupted; the output has ${lines} lines, go on with line ${lines + 1}`;
    return { exitCode: INTERRUPTED, words };
  }
  if (endedWith !== undefined && !isBrokenPipe(endedWith)) throw endedWith;
  if (failed === 0) return { exitCode: 0 };
  return { exitCode: 1, ...(lines > 1 && { words: `${failed} of ${lines} failed` }) };
}

/** Shows a bar if stderr is a terminal that can rewrite a line. If stdout is a terminal, the answers show the progress. */
function startBar(input: ShoutInput, surroundings: Surroundings, progress: Progress) {
  const { environment, stdout, stderr } = surroundings;
  const isOfUse = input.noun === 'line' && !input.isTerminal && isTerminal(stderr) && !isTerminal(stdout);
  if (!isOfUse || environment.TERM === 'dumb') return undefined;
  return progressBar({ terminal: stderr, totalBytes: input.file?.size || undefined, progress, clock });
}

function isTerminal(stream: Writable): boolean {
  return 'isTTY' in stream && stream.isTTY === true;
}

/** One answer with everything known about it, or why there is none. Its JSON has no field that is `undefined`. */
type Result = BulkResult & {
  readonly cacheStatus?: string | undefined;
  readonly requestId?: string | undefined;
};

/** How many requests are under way at once with --json. */
const CONCURRENCY = 16;

interface LineParts extends ShoutRunParts {
  readonly signal: AbortSignal;
  /** No more lines are read while the buffer of one of these is full. */
  readonly outputs: readonly Writable[];
  readonly progress: Progress;
  readonly hasBar: boolean;
}

/**
 * Writes one line of output for each line of the input, in order. Without --json, a failed line becomes an empty line.
 * If the input fails or the signal aborts, writes all answers so far and rejects.
 */
async function shoutLines(input: ShoutInput, parts: LineParts): Promise<void> {
  const { client, isJson, failedFile, signal, outputs, progress } = parts;
  const { stdout, stderr } = parts.surroundings;
  const beginning = parts.hasBar ? `${CLEAR_BAR}tuohs` : 'tuohs';
  const answers = joinedOutput(stdout, clock);
  /** The lines that have no result yet, in order. */
  const underWay: Line[] = [];
  const texts = textsOf(input, underWay);
  const results = isJson ? detailedResults(client, texts, signal) : client.bulk(texts, { signal });

  try {
    for await (const result of results) {
      const line = underWay.shift();
      if (line === undefined) break;
      progress.lines++;
      progress.bytes += line.bytes;
      report(line, shownResult(line, result, isJson));
      // Waits until the output has room again or fails, or until the signal aborts.
      for (const output of outputs)
        if (output.writableNeedDrain) await once(output, 'drain', { signal }).catch(() => {});
    }
  } finally {
    answers.flush();
  }

  function report({ raw }: Line, result: Result): void {
    answers.write(`${isJson ? JSON.stringify(result) : (result.data ?? '')}\n`);
    if (result.data !== undefined) return;
    progress.failed++;
    if (!isJson) stderr.write(`${beginning}: ${input.noun} ${progress.lines}: ${reasonOf(result)}\n`);
    if (raw) failedFile?.write(Buffer.concat([raw, Buffer.from('\n')]));
  }
}

/** One result for each text, in order. Each text has its own request. Throws what `texts` throws, or the reason of an abort. */
function detailedResults(
  client: TuohsClient,
  texts: AsyncIterable<string>,
  signal: AbortSignal,
): AsyncIterable<Result> {
  const ask = async (text: string): Promise<Result> => {
    try {
      const { text: data, ...details } = await client.shoutWithDetails(text, { signal });
      return { data, ...details };
    } catch (error) {
      if (!(error instanceof TuohsClientError)) throw error;
      const { message, code, detail, requestId } = error;
      return { error: message, code, ...(detail !== undefined && { detail }), requestId };
    }
  };
  const results = Readable.from(texts).map(ask, { concurrency: CONCURRENCY })[Symbol.asyncIterator]();
  // The iterator has no `return`, because ending the stream would wait for its source, which might never bring another text.
  return { [Symbol.asyncIterator]: () => ({ next: () => unlessAborted(results.next(), signal) }) };
}

/** Settles as `work` does, or rejects on abort. Each call needs its own promise: a shared one would keep all results in memory. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const listening = addAbortListener(signal, () => aborted.reject(signal.reason));
  return Promise.race([work, aborted.promise]).finally(() => listening[Symbol.dispose]());
}

/** Adds each line to `underWay` and yields its text, or an empty text if the line cannot be sent, to keep the order. */
async function* textsOf(input: ShoutInput, underWay: Line[]): AsyncGenerator<string, void, undefined> {
  for await (const lines of input.lines) {
    for (const line of lines) {
      underWay.push(line);
      yield line.text;
    }
  }
}

/** The result that is reported: a failure if the line could not be sent, or if its answer would be several lines. */
function shownResult({ fault }: Line, result: Result, isJson: boolean): Result {
  if (fault !== undefined) return { error: fault, code: 'BAD_INPUT' };
  const isOneLine = isJson || !result.data?.includes('\n');
  return isOneLine ? result : { error: 'the answer is more than one line', code: 'BAD_ANSWER' };
}

function reasonOf({ error, detail, code }: Result): string {
  return `${[error, detail].filter((words) => words !== undefined).join(' ')} (${code})`;
}
