import { endProcess, restartWithSmallHeap, stopSignals } from './cli/own-process.ts';

if (process.argv[2] === 'shout') restartWithSmallHeap();

// Before anything else is loaded: a SIGTERM during the start ends it in order, too.
const stop = stopSignals(process);
const { run } = await import('./cli/program.ts');
const { argv, env: environment, stdout, stderr } = process;
// A sentence that cannot be written is no reason to end.
stderr.on('error', () => {});
const surroundings = {
  environment,
  stop,
  process,
  stdout,
  stderr,
  // Opened only by a command that reads it.
  get stdin() {
    return process.stdin;
  },
};
endProcess(await run(argv.slice(2), surroundings));
