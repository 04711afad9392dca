import { Command, CommanderError } from 'commander';
import { ConfigError } from '../config/read-config.ts';
import { readVersion } from '../version.ts';
import { ExitCode } from './exit-code.ts';
import { healthCommand } from './health-command.ts';
import { openapiCommand } from './openapi-command.ts';
import { serveCommand } from './serve-command.ts';
import { shoutCommand } from './shout-command.ts';
import { shoutcloudCommand } from './shoutcloud-command.ts';
import type { Surroundings } from './surroundings.ts';
import { watchCommand } from './watch-command.ts';
import { workerCommand } from './worker-command.ts';

/**
 * Runs one command line and returns its exit code: 0 for done, 1 for failed, 2 for wrong settings or arguments, 130 for
 * interrupted, with a sentence for each problem on stderr.
 */
export async function run(args: readonly string[], surroundings: Surroundings): Promise<number> {
  const program = new Command('tuohs')
    .description('Reverses and shouts a string: a dependable gateway in front of SHOUTCLOUD.')
    .version(readVersion())
    .helpCommand(false);
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
  const output = { writeOut: writerTo(surroundings.stdout), writeErr: writerTo(surroundings.stderr) };
  for (const each of [program, ...program.commands]) each.exitOverride().configureOutput(output);
  try {
    await program.parseAsync(args, { from: 'user' });
    return 0;
  } catch (error) {
    return explain(error, surroundings);
  }
}

function writerTo(stream: NodeJS.WritableStream): (text: string) => void {
  return (text) => void stream.write(text);
}

function explain(error: unknown, { stderr }: Surroundings): number {
  // Commander has written its sentence itself.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof ExitCode) return error.exitCode;
  if (error instanceof ConfigError) {
    stderr.write(error.problems.map((problem) => `tuohs: ${problem}\n`).join(''));
    return 2;
  }
  stderr.write(`tuohs: ${error instanceof Error ? error.message : error}\n`);
  return 1;
}
