import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type FSWatcher, globSync, watch } from 'node:fs';
import { createInterface } from 'node:readline';
import { prettyFactory } from 'pino-pretty';
import { settings } from '../src/config/settings.ts';

// make debug: runs `tuohs` with these arguments, and restarts it when a file of src/ changes. On a terminal, prints log lines
// for people instead of JSON. Watches folders, because `node --watch` watches files, and loses a file that an editor, git or
// `sed -i` replaces.
const QUIET_MS = 100;
const WRONG_USAGE = 2;

/** Ends the child if this process is killed. The child is not in our process group, so nothing else would end it. */
const END_WITH_US = `--import=data:text/javascript,process.once('disconnect',()=>process.exit(1))`;

const args = process.argv.slice(2);
const readable = prettyFactory({ ignore: 'pid,hostname', singleLine: true });
let watchers: FSWatcher[] = [];
let quiet: NodeJS.Timeout | undefined;
let isStopping = false;
printAddresses();
let child = start();

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);

function start(): ChildProcess {
  watchFolders();
  const stdout = process.stdout.isTTY ? 'pipe' : 'inherit';
  // Hides Node's warning about the function that removes the types from the scripts of the page.
  const quietly = '--disable-warning=ExperimentalWarning';
  const started = spawn(process.execPath, [quietly, END_WITH_US, 'src/main.ts', ...args], {
    stdio: ['inherit', stdout, 'inherit', 'ipc'],
    // Not in our process group, because a terminal signals the whole group, and the child would get each signal twice.
    detached: true,
  });
  if (started.stdout) createInterface({ input: started.stdout }).on('line', printForPeople);
  started.once('exit', (code) => {
    // Also ends after wrong settings or arguments, because a change in src/ cannot correct them.
    if (isStopping || code === WRONG_USAGE) process.exit(code ?? 1);
    if (started === child)
      print(`The service ended with exit code ${code}. It starts again when a file changes.`);
  });
  return started;
}

function printAddresses(): void {
  const url = `http://localhost:${process.env.PORT ?? settings.port.byDefault}`;
  const adminUrl = `http://localhost:${process.env.ADMIN_PORT ?? settings.adminPort.byDefault}`;
  print(`Page       ${url}`);
  print(`Reference  ${url}/docs`);
  print(`Admin      ${adminUrl}/status`);
  print('SHOUTCLOUD is embedded: a compatible server in this process answers instead of the real one.');
}

/** Watches all folders. A new folder counts as a change in its parent, and is watched after the restart. */
function watchFolders(): void {
  for (const watcher of watchers) watcher.close();
  const folders = ['src', ...globSync('src/**/*/')];
  watchers = folders.map((folder) => watch(folder, () => changed()));
}

/** Restarts after a pause, because one change can cause several events. */
function changed(): void {
  clearTimeout(quiet);
  quiet = setTimeout(() => void restart(), QUIET_MS);
}

async function restart(): Promise<void> {
  print('A file changed: the service restarts.');
  const old = child;
  if (old.exitCode === null && old.signalCode === null) {
    old.removeAllListeners('exit');
    old.kill('SIGTERM');
    await once(old, 'exit');
  }
  if (!isStopping) child = start();
}

/** Passes the signal on to the child, which drains after the first signal, and ends at once after the second. */
function stop(signal: NodeJS.Signals): void {
  isStopping = true;
  for (const watcher of watchers) watcher.close();
  clearTimeout(quiet);
  if (child.exitCode !== null) process.exit(child.exitCode);
  child.kill(signal);
}

function printForPeople(line: string): void {
  process.stdout.write(readable(line));
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
