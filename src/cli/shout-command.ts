import { Command } from 'commander';
import { openAppendFile } from './append-file.ts';
import { ExitCode } from './exit-code.ts';
import { clientOf, serviceUrl, URL_OPTION } from './service-url.ts';
import { argumentsInput, fileInput, type ShoutInput, standardInput } from './shout-input.ts';
import type { Surroundings } from './surroundings.ts';

interface ShoutOptions {
  file?: string;
  failed?: string;
  url?: string;
}

/** `tuohs shout`: texts in, one line for each out, in order. Ends with 1 if some failed, with 130 at a signal. */
export function shoutCommand(surroundings: Surroundings): Command {
  return new Command('shout')
    .description('shout texts, one line of output for each')
    .argument('[text...]', 'what to shout; without any, each line of standard input')
    .option('--file <path>', 'shout each line of this file instead')
    .option('--failed <path>', 'append lines that failed to this file as they came, to be run again')
    .option(...URL_OPTION)
    .addHelpText('after', MORE_HELP)
    .action(async (texts: string[], options: ShoutOptions, command: Command) => {
      const client = clientOf(serviceUrl(options.url, surroundings.environment), {}, command);
      const { input, failedFile } = wrongUsageIfItThrows(command, () => {
        const input = inputOf(texts, options, surroundings);
        return { input, failedFile: failedFileOf(options, input) };
      });
      // The other commands need none of it.
      const { shoutRun } = await import('./shout-run.ts');
      const parts = { client, failedFile, surroundings, againCommand: againCommand(options) };
      const exitCode = await shoutRun(input, parts);
      if (exitCode !== 0) throw new ExitCode(exitCode);
    });
}

const MORE_HELP = `
A failed line leaves an empty line on standard output and its reason on standard error.

Exit codes: 0 all went well, 1 some failed, 2 wrong usage, 130 interrupted; what was answered until then is there.

Examples:
  tuohs shout hello 'good morning'
  tuohs shout --file names.txt --failed failed.txt > shouted.txt
  cut -f 2 table.tsv | tuohs shout | head
`;

function wrongUsageIfItThrows<T>(command: Command, act: () => T): T {
  try {
    return act();
  } catch (error) {
    return command.error(`error: ${error instanceof Error ? error.message : error}`);
  }
}

function inputOf(texts: string[], { file }: ShoutOptions, surroundings: Surroundings): ShoutInput {
  if (texts.length > 0 && file !== undefined) throw new Error('give either texts or --file, not both');
  if (texts.some((text) => text.includes('\n'))) {
    throw new Error('a text must not have a line break: its answer would be more than one line');
  }
  if (texts.length > 0) return argumentsInput(texts);
  return file === undefined ? standardInput(surroundings.stdin) : fileInput(file);
}

/** Opens the file for failed lines. Refuses the file that is read: its failed lines would be read again and again. */
function failedFileOf({ failed }: ShoutOptions, { file }: ShoutInput) {
  if (failed === undefined) return undefined;
  const { stream, stats } = openAppendFile(failed);
  if (file && stats.dev === file.dev && stats.ino === file.ino) {
    throw new Error('--failed must name another file than the one that is read');
  }
  return stream;
}

function againCommand({ failed = '', url }: ShoutOptions): string {
  const place = url === undefined ? '' : ` --url ${quoted(url)}`;
  return `tuohs shout --file ${quoted(failed.replace(/^-/, './-'))}${place}`;
}

/** The word as a shell reads it. */
function quoted(word: string): string {
  return /^[\w./:@%+=-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
