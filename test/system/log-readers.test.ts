import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { ask } from '../support/ask.ts';
import { fifo } from '../support/fifo.ts';
import { folder } from '../support/folder.ts';
import { freePort } from '../support/http-server.ts';
import { ENVIRONMENT, startProgram } from '../support/process.ts';
import { reached, until } from '../support/until.ts';

const hasTerminals = spawnSync('script', ['--version']).status === 0;

/** `path` is where standard output goes, by default a terminal. `spoil` breaks it when the service is ready. */
interface Output {
  readonly path?: string;
  readonly spoil?: () => void;
}

/** The outputs by name: how many processes write to the output, and a function that makes it. */
const OUTPUTS: Readonly<Record<string, [processes: number, (t: TestContext) => Promise<Output>]>> = {
  'a full disk': [1, async () => ({ path: '/dev/full' })],
  'a reader that stalls': [1, async (t) => ({ path: (await fifo(t)).path })],
  'a reader that is gone': [
    2,
    async (t) => {
      const { path, leave } = await fifo(t);
      return { path, spoil: leave };
    },
  ],
  'a terminal that is gone': [2, async () => ({})],
};

/** Each of four clients sends this many requests. Their log lines together do not fit into a pipe of 64 KiB. */
const REQUESTS = 100;

for (const [what, [processes, output]] of Object.entries(OUTPUTS)) {
  const skip = what.includes('terminal') && !hasTerminals && 'there is no script (util-linux)';
  test(`${what} harms neither answers nor the end, with processes: ${processes}`, { skip }, async (t) => {
    const { url, adminUrl, stop } = await serviceWithOutput(t, await output(t), processes);

    const statuses = await Promise.all(Array.from({ length: 4 }, () => manyRequests(url)));
    const alive = await ask(adminUrl, { path: '/livez' });
    const metrics = await ask(adminUrl, { path: '/metrics' });

    assert.deepEqual(new Set([alive.status, ...statuses.flat()]), new Set([200]));
    assert.match(metrics.body, /^tuohs_log_lines_dropped_total \d+$/m);
    assert.equal(await stop(), 0);
  });
}

/** Sends the requests one after another on a kept connection. Resolves with the statuses. */
async function manyRequests(url: string): Promise<number[]> {
  const statuses: number[] = [];
  for (let i = 0; i < REQUESTS; i++) {
    const answer = await fetch(`${url}/v1?data=hello`);
    await answer.text();
    statuses.push(answer.status);
  }
  return statuses;
}

/** A service on ports that the test chooses, because the test cannot read them from the log. */
async function serviceWithOutput(t: TestContext, { path, spoil }: Output, processes: number) {
  const place = await folder(t);
  const [pidFile, codeFile] = [join(place, 'pid'), join(place, 'code')];
  const [port, adminPort] = [await freePort(), await freePort()];
  const adminUrl = `http://127.0.0.1:${adminPort}`;
  const serve = `"${process.execPath}" src/main.ts serve --embedded-shoutcloud & echo $! > "${pidFile}"`;
  const shell = `${serve}; wait $!; echo $? > "${codeFile}"`;
  // The terminal has a session of its own, so that the service loses its output without getting a signal.
  const [command, args] = path
    ? ['sh', ['-c', `exec > "${path}"; ${shell}`]]
    : ['script', ['-qec', `setsid -w sh -c '${shell}'`, '/dev/null']];
  const environment = {
    ...{ ...ENVIRONMENT, PORT: `${port}`, ADMIN_PORT: `${adminPort}` },
    ...{ LOG_LEVEL: 'debug', WEB_CONCURRENCY: `${processes}`, SHELL: '/bin/sh' },
  };
  const program = startProgram(t, { command, args, environment });
  const closeTerminal = () => program.kill('SIGKILL');
  const isReady = async () =>
    (await ask(adminUrl, { path: '/readyz' }).catch(() => undefined))?.status === 200;
  await reached('the service is ready', 500_000, isReady);
  const pid = Number(readFileSync(pidFile, 'utf8'));
  t.after(() => spawnSync('kill', ['-KILL', `${pid}`]));
  if (path) spoil?.();
  else closeTerminal();

  return {
    url: `http://127.0.0.1:${port}`,
    adminUrl,
    async stop() {
      process.kill(pid, 'SIGTERM');
      await until(t, () => existsSync(codeFile) && readFileSync(codeFile, 'utf8') !== '');
      return Number(readFileSync(codeFile, 'utf8'));
    },
  };
}
