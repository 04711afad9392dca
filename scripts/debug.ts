import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type FSWatcher, globSync, watch } from 'node:fs';

// make debug: runs `tuohs` with these arguments, and anew when a file of src/ changes. `node --watch` follows files, and so
// loses one that an editor, git or `sed -i` replaces by another; this watches folders, which see that each time.
const QUIET_MS = 100;

const args = process.argv.slice(2);
let watchers: FSWatcher[] = [];
let quiet: NodeJS.Timeout | undefined;
let isStopping = false;
let child = start();

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stop(signal));

function start(): ChildProcess {
  watchFolders();
  const started = spawn(process.execPath, ['src/main.ts', ...args], { stdio: 'inherit' });
  started.once('exit', (code) => {
    if (isStopping) process.exit(code ?? 1);
    if (started === child) print(`It ended with ${code}; it starts again when a file changes.`);
  });
  return started;
}

/** All folders there are now: a new one is a change of the folder around it. */
function watchFolders(): void {
  for (const watcher of watchers) watcher.close();
  const folders = ['src', ...globSync('src/**/*/')];
  watchers = folders.map((folder) => watch(folder, () => changed()));
}

/** One change is often several events. */
function changed(): void {
  clearTimeout(quiet);
  quiet = setTimeout(() => void restart(), QUIET_MS);
}

async function restart(): Promise<void> {
  print('A file changed: it starts again.');
  const old = child;
  if (old.exitCode === null && old.signalCode === null) {
    old.removeAllListeners('exit');
    old.kill('SIGTERM');
    await once(old, 'exit');
  }
  if (!isStopping) child = start();
}

/** A terminal sends SIGINT to the whole group, so the child has it already; twice would end it without its drain. */
async function stop(signal: NodeJS.Signals): Promise<void> {
  isStopping = true;
  for (const watcher of watchers) watcher.close();
  clearTimeout(quiet);
  if (child.exitCode !== null) process.exit(child.exitCode);
  if (signal !== 'SIGINT') child.kill(signal);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
