import { Command, CommanderError } from 'commander';
import { ConfigError } from '../config/read-config.ts';
import { systemClock } from '../core/clock.ts';
import { messageOf } from '../core/text-values.ts';
import { readVersion } from '../version.ts';
import { addCompletion } from './completion.ts';
import {
  ExitCode,
  INTERRUPTED,
  isBrokenPipe,
  type Surroundings,
  writeFailure,
  written,
} from './own-process.ts';

/**
 * Runs one command line, and writes a sentence for each problem to stderr. Returns when all output is written, or at a signal.
 * The result is the exit code: 0 for success, 1 for failure, 2 for wrong settings or arguments, 130 if a signal came first.
 */
export async function run(args: readonly string[], surroundings: Surroundings): Promise<number> {
  const { stdout, stderr, stop } = surroundings;
  let failure: Error | undefined;
  stdout.on('error', (error) => {
    failure ??= error;
  });
  const exitCode = await runCommand(args, surroundings);
  const interrupted = stop.first.then(() => true);
  const isGivenUp = stdout.writableLength > 0 && (await Promise.race([written(stdout), interrupted]));
  if (exitCode !== 0) return exitCode;
  if (isGivenUp) return INTERRUPTED;
  // Waits a moment, because a stream reports a failed write only after the write.
  await new Promise<void>((resolve) => systemClock.soon(resolve));
  if (failure === undefined || isBrokenPipe(failure)) return 0;
  stderr.write(sentence(writeFailure('the output', failure)));
  return 1;
}

/** Loads a command only if it runs, or if the help lists all commands. */
const COMMANDS: Readonly<Record<string, (surroundings: Surroundings) => Promise<Command>>> = {
  serve: async (its) => (await import('./serve-command.ts')).serveCommand(its),
  shout: async (its) => (await import('./shout-command.ts')).shoutCommand(its),
  health: async (its) => (await import('./health-command.ts')).healthCommand(its),
  watch: async (its) => (await import('./watch-command.ts')).watchCommand(its),
  shoutcloud: async (its) => (await import('./shoutcloud-command.ts')).shoutcloudCommand(its),
  worker: async (its) => (await import('./serve-command.ts')).workerCommand(its),
};

async function runCommand(args: readonly string[], surroundings: Surroundings): Promise<number> {
  const { stdout, stderr } = surroundings;
  const program = new Command('tuohs')
    .description('Reverses and shouts a string: a dependable gateway in front of SHOUTCLOUD.')
    .version(readVersion());
  const named = Object.entries(COMMANDS).filter(([name]) => name === args[0]);
  for (const [name, load] of named.length > 0 ? named : Object.entries(COMMANDS)) {
    program.addCommand(await load(surroundings), { hidden: name === 'worker' });
  }
  await addCompletion(program, args);
  const output = {
    writeOut: (text: string) => void stdout.write(text),
    writeErr: (text: string) => void stderr.write(text),
    // Commander's messages get the same beginning as our own.
    outputError: (text: string, write: (text: string) => void) =>
      write(sentence(text.replace(/^error: /, '').replace('\n(', ' ('))),
  };
  for (const each of [program, ...program.commands]) each.exitOverride().configureOutput(output);
  try {
    await program.parseAsync(withoutHelp(args, program), { from: 'user' });
    return 0;
  } catch (error) {
    return explain(error, surroundings);
  }
}

/** Drops `help` in front of a mistyped command, because Commander would print the general help instead of an error. */
function withoutHelp(args: readonly string[], { commands }: Command): readonly string[] {
  const [name, topic] = args;
  const isMistyped = topic !== undefined && !commands.some((command) => command.name() === topic);
  return name === 'help' && isMistyped ? args.slice(1) : args;
}

function explain(error: unknown, { stderr }: Surroundings): number {
  // Commander has already written its message.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof ExitCode) return error.exitCode;
  const isWrongUsage = error instanceof ConfigError;
  const problems = isWrongUsage ? error.problems : [placeOfBug(error) ?? messageOf(error)];
  stderr.write(problems.map(sentence).join(''));
  return isWrongUsage ? 2 : 1;
}

/**
 * The stack of an error that only a bug can cause, such as a syntax error in a source file. The message alone does not say where
 * the bug is. `undefined` for any other error.
 */
function placeOfBug(error: unknown): string | undefined {
  // The TypeError of a failed `fetch` has a cause, and is not a bug.
  const isBug = [SyntaxError, ReferenceError, TypeError].some((kind) => error instanceof kind);
  return isBug && error instanceof Error && error.cause === undefined ? error.stack : undefined;
}

/** Every sentence on standard error begins with the name of the program, so that a pipe shows which program wrote it. */
function sentence(text: string): string {
  return `tuohs: ${text.trimEnd()}\n`;
}
