import { Command, CommanderError } from 'commander';
import { ConfigError } from '../config/read-config.ts';
import { readVersion } from '../version.ts';
import { addCompletion } from './completion.ts';
import { ExitCode, INTERRUPTED } from './exit-code.ts';
import { healthCommand } from './health-command.ts';
import { serveCommand, workerCommand } from './serve-command.ts';
import { shoutCommand } from './shout-command.ts';
import { shoutcloudCommand } from './shoutcloud-command.ts';
import { standardOutput } from './standard-output.ts';
import type { Surroundings } from './surroundings.ts';
import { watchCommand } from './watch-command.ts';

/**
 * Runs one command line and returns its exit code: 0 for done, 1 for failed, 2 for wrong settings or arguments, 130 for
 * interrupted, with a sentence for each problem on stderr.
 */
export async function run(args: readonly string[], surroundings: Surroundings): Promise<number> {
  const { stderr, stop } = surroundings;
  const output = standardOutput(surroundings.stdout);
  const exitCode = await runCommand(args, surroundings);
  const end = await output.finished(stop.first);
  if (exitCode !== 0 || end === 'written') return exitCode;
  if (end === 'given up') return INTERRUPTED;
  stderr.write(sentence(`the output could not be written: ${end.message}`));
  return 1;
}

async function runCommand(args: readonly string[], surroundings: Surroundings): Promise<number> {
  const program = new Command('tuohs')
    .description('Reverses and shouts a string: a dependable gateway in front of SHOUTCLOUD.')
    .version(readVersion());
  const commands = [
    serveCommand,
    shoutCommand,
    healthCommand,
    watchCommand,
    shoutcloudCommand,
    openapiCommand,
  ];
  for (const command of commands) program.addCommand(command(surroundings));
  program.addCommand(workerCommand(surroundings), { hidden: true });
  await addCompletion(program, args);
  const output = {
    writeOut: writerTo(surroundings.stdout),
    writeErr: writerTo(surroundings.stderr),
    // Commander's own sentences begin like all others.
    outputError: (text: string, write: (text: string) => void) =>
      write(sentence(text.replace(/^error: /, ''))),
  };
  for (const each of [program, ...program.commands]) each.exitOverride().configureOutput(output);
  try {
    await program.parseAsync(args, { from: 'user' });
    return 0;
  } catch (error) {
    return explain(error, surroundings);
  }
}

/** `tuohs openapi`: writes the OpenAPI document of the public API to stdout. */
function openapiCommand({ stdout }: Surroundings): Command {
  return new Command('openapi').description('print the OpenAPI 3.1 document of the API').action(async () => {
    // The other commands need none of it.
    const { describeApi } = await import('../app.ts');
    stdout.write(`${JSON.stringify(await describeApi(), undefined, 2)}\n`);
  });
}

function writerTo(stream: NodeJS.WritableStream): (text: string) => void {
  return (text) => void stream.write(text);
}

function explain(error: unknown, { stderr }: Surroundings): number {
  // Commander has written its sentence itself.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof ExitCode) return error.exitCode;
  if (error instanceof ConfigError) {
    stderr.write(error.problems.map(sentence).join(''));
    return 2;
  }
  stderr.write(sentence(error instanceof Error ? error.message : String(error)));
  return 1;
}

/** The way all sentences on standard error begin, so that one knows in a pipe who says it. */
function sentence(text: string): string {
  return `tuohs: ${text.trimEnd()}\n`;
}
