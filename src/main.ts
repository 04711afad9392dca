import { endProcess, restartWithSmallHeap, stopSignals } from './cli/own-process.ts';

// Node uses at most half of the threads of this pool to look up host names. A look-up that hangs cannot be cancelled, so
// there must be threads left to look up other names.
process.env.UV_THREADPOOL_SIZE ??= '16';

if (process.argv[2] === 'shout') restartWithSmallHeap();

// This comes before everything else is loaded, so that a SIGTERM during the start also ends the process in order.
const stop = stopSignals(process);
const { run } = await import('./cli/program.ts');
const { argv, env: environment, stdout, stderr } = process;
// Without a listener, the process would end if an error message cannot be written.
stderr.on('error', () => {});
const surroundings = {
  environment,
  stop,
  process,
  stdout,
  stderr,
  // Reading this property opens standard input, so only a command that needs standard input reads it.
  get stdin() {
    return process.stdin;
  },
};
endProcess(await run(argv.slice(2), surroundings));
