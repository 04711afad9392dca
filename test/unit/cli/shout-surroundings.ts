import { PassThrough, Readable, type Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { TestContext } from 'node:test';
import { run } from '../../../src/cli/program.ts';
import { type Line, linesOf } from '../../../src/cli/shout-input.ts';
import { logLines } from '../../support/log-lines.ts';

export interface RunOptions {
  readonly input?: string | Uint8Array | Readable;
  readonly environment?: Readonly<Record<string, string>>;
  readonly interrupt?: Promise<void>;
  /** Used as standard output. Without it, the output is collected and returned. */
  readonly stdout?: Writable;
  /** Called for each chunk of standard output. */
  readonly onOutput?: () => void;
}

/** Runs a command line in this process. Resolves with its exit code and its output. */
export async function ran(args: readonly string[], options: RunOptions = {}) {
  const { input = '', environment = {}, interrupt = new Promise<void>(() => {}) } = options;
  const stdin = input instanceof Readable ? input : Readable.from([Buffer.from(input)]);
  const [shown, stderr] = [new PassThrough(), new PassThrough()];
  if (options.onOutput) shown.on('data', options.onOutput);
  const written = Promise.all([text(shown), text(stderr)]);
  const stop = { first: interrupt, second: new Promise<void>(() => {}) };
  const logTo = { ...logLines(), write: (line: string) => void shown.write(line) };
  const { stdout = shown } = options;
  const exitCode = await run(args, { environment, stdin, stdout, stderr, stop, logTo });
  for (const stream of [shown, stderr]) stream.end();
  const [out, err] = await written;
  return { exitCode, stdout: out, stderr: err };
}

/** Replaces `fetch` until the end of the test. Returns the addresses of its calls. */
export function behindFetch(t: TestContext, fetch: typeof globalThis.fetch): string[] {
  const asked: string[] = [];
  t.mock.method(globalThis, 'fetch', (...[url, init]: Parameters<typeof globalThis.fetch>) => {
    asked.push(String(url));
    return fetch(url, init);
  });
  return asked;
}

/** An input with this text. After the text, it fails with the error. Without an error, it never ends. */
export function inputOf(said: string, error?: Error): Readable {
  async function* chunks() {
    yield Buffer.from(said);
    if (error) throw error;
    await new Promise(() => {});
  }
  return Readable.from(chunks());
}

/** The lines of an input that comes in these chunks. */
export async function linesIn(chunks: readonly Buffer[], maxLineBytes?: number): Promise<Line[]> {
  async function* source() {
    yield* chunks;
  }
  const lines: Line[] = [];
  for await (const some of linesOf(source(), maxLineBytes)) lines.push(...some);
  return lines;
}
