import type { TuohsClient } from '../client/index.ts';
import { systemClock as clock } from '../core/clock.ts';
import { INTERRUPTED, isBrokenPipe, type Surroundings } from './own-process.ts';
import type { ShoutInput } from './shout-input.ts';
import { shoutLines, type Tally } from './shout-lines.ts';
import {
  type Around,
  type BufferedOutput,
  bufferedOutput,
  type ProgressBar,
  progressBar,
} from './shout-output.ts';

export interface ShoutRunParts {
  readonly client: TuohsClient;
  readonly isJson: boolean;
  readonly failedFile: NodeJS.WritableStream | undefined;
  /** The command that runs the lines in that file again. */
  readonly againCommand: string;
  readonly surroundings: Surroundings;
}

/** Shouts the whole input, with a progress bar on a terminal. Resolves with the exit code once everything is written. */
export async function shoutRun(input: ShoutInput, parts: ShoutRunParts): Promise<number> {
  const { stop } = parts.surroundings;
  const ending = new AbortController();
  stop.first.then(() => ending.abort(INTERRUPTED));
  // After a second signal, do not wait for a reader that does not read.
  return Promise.race([shoutUntil(ending, input, parts), stop.second.then(() => INTERRUPTED)]);
}

async function shoutUntil(
  ending: AbortController,
  input: ShoutInput,
  { client, isJson, failedFile, againCommand, surroundings: { stdout, stderr } }: ShoutRunParts,
): Promise<number> {
  const { signal } = ending;
  const tally: Tally = { lines: 0, bytes: 0, failed: 0, kept: 0 };
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
  const exitCode = conclusion(signal.reason, tally, say);
  if (tally.kept > 0) say(`run the failed lines again: ${againCommand}`);
  await reasons.flushed();
  return exitCode;

  function say(sentence: string): void {
    reasons.write(`tuohs: ${sentence}\n`);
  }

  function output(stream: NodeJS.WritableStream, onBroken: (error: Error) => void): BufferedOutput {
    return bufferedOutput(stream, { clock, around: aroundBar(stream, bar), onBroken });
  }
}

/** Writes the last messages and returns the exit code. Throws if the end has an unforeseen reason. */
function conclusion(endedWith: unknown, { lines, failed }: Tally, say: (sentence: string) => void): number {
  if (endedWith === INTERRUPTED) {
    say(`interrupted; the output has ${lines} lines, go on with line ${lines + 1}`);
    return INTERRUPTED;
  }
  if (endedWith !== undefined && !isBrokenPipe(endedWith)) throw endedWith;
  if (failed > 0 && lines > 1) say(`${failed} of ${lines} failed`);
  return failed > 0 ? 1 : 0;
}

function barFor(input: ShoutInput, stderr: NodeJS.WritableStream, progress: Tally): ProgressBar | undefined {
  if (input.noun === 'text' || input.isTerminal || !isTerminal(stderr)) return undefined;
  return progressBar({ terminal: stderr, totalBytes: input.file?.size || undefined, progress, clock });
}

function aroundBar(stream: NodeJS.WritableStream, bar: ProgressBar | undefined): Around {
  return bar && isTerminal(stream) ? bar.above : (write) => write();
}

function isTerminal(stream: NodeJS.WritableStream): boolean {
  return 'isTTY' in stream && stream.isTTY === true;
}
