import { PassThrough, Readable } from 'node:stream';
import { run } from '../../../src/cli/program.ts';

export interface Ran {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly input?: string | Uint8Array | Readable;
  readonly environment?: Readonly<Record<string, string>>;
  readonly interrupt?: Promise<void>;
  /** Called when something comes out. */
  readonly onOutput?: () => void;
}

/** Runs a command line in this process, which ends by itself. */
export async function ran(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const { input = '', environment = {}, interrupt = new Promise<void>(() => {}) } = options;
  const stdin = input instanceof Readable ? input : Readable.from([Buffer.from(input)]);
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  if (options.onOutput) stdout.on('data', options.onOutput);
  const written = Promise.all([textOf(stdout), textOf(stderr)]);
  const stop = { first: interrupt, second: new Promise<void>(() => {}) };
  const logTo = {
    write: (line: string) => void stdout.write(line),
    dropped: () => 0,
    flushed: async () => {},
  };
  const exitCode = await run(args, { environment, stdin, stdout, stderr, stop, logTo });
  stdout.end();
  stderr.end();
  const [out, err] = await written;
  return { exitCode, stdout: out, stderr: err };
}

async function textOf(stream: PassThrough): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
