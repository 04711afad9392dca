import { readdirSync } from 'node:fs';
import { Argument, Command } from 'commander';

const NAME = 'completion';
const ABOUT = 'print a script that completes commands and options: source <(tuohs completion bash)';

/** The command that a shell calls each time the tab key is pressed. */
const HIDDEN_NAME = 'complete';

/** The options whose value is a file name. The completion package does not know them, so it would suggest no files. */
const FILE_OPTIONS = [
  ['shout', 'file'],
  ['shout', 'failed'],
  ['watch', 'state'],
] as const;

/**
 * Adds `tuohs completion`, which prints a script for a shell, and the hidden command that this script calls. Both come from
 * a package that is loaded only for them. For any other command, `completion` is only a row in the help.
 */
export async function addCompletion(program: Command, args: readonly string[]): Promise<void> {
  if (args[0] !== NAME && args[0] !== HIDDEN_NAME) return void program.addCommand(rowOfHelp());
  const { default: addCommands } = await import('@bomb.sh/tab/commander');
  const { commands } = addCommands(program, { completionCommandName: NAME });
  program.commands.find((command) => command.name() === NAME)?.description(ABOUT);
  for (const [command, name] of FILE_OPTIONS) {
    const option = commands.get(command)?.options.get(name);
    if (option)
      option.handler = (offer) => namesLike(args.at(-1) ?? '').forEach((file) => void offer(file, ''));
  }
}

function rowOfHelp(): Command {
  return new Command(NAME)
    .description(ABOUT)
    .addArgument(new Argument('<shell>').choices(['bash', 'zsh', 'fish', 'powershell']));
}

/** Lists the folder of an unfinished path: for `src/cl`, everything in `src/`. */
function namesLike(word: string): string[] {
  const folder = word.slice(0, word.lastIndexOf('/') + 1);
  try {
    const entries = readdirSync(folder || '.', { withFileTypes: true });
    return entries.map((entry) => `${folder}${entry.name}${entry.isDirectory() ? '/' : ''}`);
  } catch {
    return [];
  }
}
