import { createWriteStream, fstatSync } from 'node:fs';
import { Command } from 'commander';
import { createClient } from '../client/index.ts';
import { messageOf } from '../core/text-values.ts';
import { durationOption, serviceUrl, URL_OPTION } from './arguments.ts';
import { ExitCode, INTERRUPTED, type Surroundings } from './own-process.ts';
import { argumentsInput, fileInput, openFile, type ShoutInput, standardInput } from './shout-input.ts';
import { shoutRun } from './shout-run.ts';

interface ShoutOptions {
  file?: string;
  failed?: string;
  url?: string;
  json?: true;
  timeout?: number;
}

/** `tuohs shout`: prints one line for each text, in order. Its exit code is 1 if some texts failed, and 130 after a signal. */
export function shoutCommand(surroundings: Surroundings): Command {
  return new Command('shout')
    .description('shout texts, one line of output for each')
    .argument('[text...]', 'what to shout; without any, each line of standard input')
    .option('--file <path>', 'shout each line of this file instead')
    .option('--failed <path>', 'append each failed line to this file unchanged, to shout it again later')
    .option(
      '--json',
      'print a JSON object for each text: its answer and where that came from, or why there is none',
    )
    .addOption(
      durationOption('--timeout', 'how long a request can take, retries included, before its texts fail'),
    )
    .option(...URL_OPTION)
    .addHelpText('after', MORE_HELP)
    .action(async (texts: string[], options: ShoutOptions, command: Command) => {
      const url = serviceUrl(options.url, surroundings.environment, command);
      const client = createClient({ baseUrl: url, timeoutMs: options.timeout });
      const files = filesOf(texts, options, { command, surroundings });
      const interrupted = surroundings.stop.first.then(() => Promise.reject(new ExitCode(INTERRUPTED)));
      const { input, failedFile } = await Promise.race([files, interrupted]);
      const isJson = options.json === true;
      const exitCode = await shoutRun(input, { client, isJson, failedFile, surroundings });
      if (exitCode !== 0) throw new ExitCode(exitCode);
    });
}

const MORE_HELP = `
A failed line leaves an empty line on standard output and its reason on
standard error. With --json, both are one object:
{"data","cacheStatus","requestId"} or {"error","code","detail","requestId"}.
Then each text is a request of its own, which is slower.

Exit codes: 0 all went well, 1 some failed, 2 wrong usage, 130 interrupted;
what was answered until then is written.

Examples:
  tuohs shout hello 'good morning'
  tuohs shout --json hello
  tuohs shout --file names.txt --failed failed.txt > shouted.txt
  cut -f 2 table.tsv | tuohs shout | head
`;

/** Opens the input and the file for failed lines. Reports any problem with them as wrong usage. */
async function filesOf(
  texts: string[],
  options: ShoutOptions,
  { command, surroundings }: { command: Command; surroundings: Surroundings },
) {
  try {
    const input = await inputOf(texts, options, surroundings);
    return { input, failedFile: await failedFileOf(options, input) };
  } catch (error) {
    return command.error(`error: ${messageOf(error)}`);
  }
}

async function inputOf(
  texts: string[],
  { file, json }: ShoutOptions,
  surroundings: Surroundings,
): Promise<ShoutInput> {
  if (texts.length > 0 && file !== undefined) throw new Error('give either texts or --file, not both');
  if (!json && texts.some((text) => text.includes('\n'))) {
    throw new Error('the answer to a text with a line break is more than one line; use --json');
  }
  if (texts.length > 0) return argumentsInput(texts);
  return file === undefined ? standardInput(surroundings.stdin) : fileInput(file);
}

/**
 * Opens the file for failed lines. If the file is new, only its owner can read it. Refuses the input file itself, because
 * failed lines that are added to it would be read again and again.
 */
async function failedFileOf({ failed }: ShoutOptions, { file }: ShoutInput) {
  if (failed === undefined) return undefined;
  const fd = await openFile(failed, 'a', 0o600);
  const { dev, ino } = fstatSync(fd);
  if (file && dev === file.dev && ino === file.ino) {
    throw new Error('--failed must not name the file that is read');
  }
  return createWriteStream(failed, { fd });
}
