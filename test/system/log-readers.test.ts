import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { ask } from '../support/ask.ts';
import { fifo } from '../support/fifo.ts';
import { folder } from '../support/folder.ts';
import { freePort } from '../support/http-server.ts';
import { startProgram } from '../support/process.ts';
import { reached, until } from '../support/until.ts';

const hasTerminals = spawnSync('script', ['--version']).status === 0;

interface QuietService {
  readonly url: string;
  readonly adminUrl: string;
  /** Sends SIGTERM and resolves with the exit code. */
  stop(): Promise<number>;
}

/** What becomes of standard output, by what a test calls it. */
const OUTPUTS: Readonly<Record<string, (t: TestContext, workers: number) => Promise<QuietService>>> = {
  'a full disk': (t, workers) => serviceWithOutput(t, { output: '/dev/full', workers }),
  async 'a reader that stalls'(t, workers) {
    const { path } = await fifo(t);
    return serviceWithOutput(t, { output: path, workers });
  },
  async 'a reader that is gone'(t, workers) {
    const { path, leave } = await fifo(t);
    const service = await serviceWithOutput(t, { output: path, workers });
    leave();
    return service;
  },
  async 'a terminal that is gone'(t, workers) {
    const service = await serviceWithOutput(t, { workers });
    service.closeTerminal();
    return service;
  },
};

for (const [what, start] of Object.entries(OUTPUTS)) {
  for (const workers of [1, 2]) {
    const skip = what.includes('terminal') && !hasTerminals && 'there is no script (util-linux)';
    test(`${what} harms neither answers nor the end of ${workers} processes`, { skip }, async (t) => {
      const { url, adminUrl, stop } = await start(t, workers);

      const statuses = await Promise.all(Array.from({ length: 4 }, () => manyRequests(url)));

      assert.deepEqual(
        statuses.flat().filter((status) => status !== 200),
        [],
      );
      assert.equal((await ask(adminUrl, { path: '/livez' })).status, 200);
      assert.match((await ask(adminUrl, { path: '/metrics' })).body, /^tuohs_log_lines_dropped_total \d+$/m);
      assert.equal(await stop(), 0);
    });
  }
}

/** Four times as many make more lines than a pipe of 64 KiB holds. */
const REQUESTS = 100;

/** One after another on a connection that is kept; resolves with the statuses. */
async function manyRequests(url: string): Promise<number[]> {
  const statuses: number[] = [];
  for (let i = 0; i < REQUESTS; i++) {
    const answer = await fetch(`${url}/v1?data=hello`);
    await answer.text();
    statuses.push(answer.status);
  }
  return statuses;
}

interface ServiceOutput {
  /** Where its standard output goes; a terminal unless given. */
  readonly output?: string;
  readonly workers: number;
}

/** A service whose log nobody can read, so that it listens on known ports. */
async function serviceWithOutput(t: TestContext, { output, workers }: ServiceOutput) {
  const place = await folder(t);
  const [pidFile, codeFile] = [join(place, 'pid'), join(place, 'code')];
  const [port, adminPort] = [await freePort(), await freePort()];
  const serve = `"${process.execPath}" src/main.ts serve --embedded-shoutcloud & echo $! > "${pidFile}"`;
  const shell = `${serve}; wait $!; echo $? > "${codeFile}"`;
  const environment = {
    ...{ HOST: '127.0.0.1', PORT: `${port}`, ADMIN_PORT: `${adminPort}`, DRAIN_MS: '0' },
    ...{ LOG_LEVEL: 'debug', WEB_CONCURRENCY: `${workers}`, SHELL: '/bin/sh' },
  };
  const program = output
    ? startProgram(t, { command: 'sh', args: ['-c', `exec > "${output}"; ${shell}`], environment })
    : startProgram(t, {
        command: 'script',
        // A session of its own: what goes away is where it writes, and no signal tells.
        args: ['-qec', `setsid -w sh -c '${shell}'`, '/dev/null'],
        environment,
      });
  const adminUrl = `http://127.0.0.1:${adminPort}`;
  const ready = () =>
    ask(adminUrl, { path: '/readyz' }).then(
      ({ status }) => status === 200,
      () => false,
    );
  await reached('the service is ready', 500_000, ready);
  const pid = Number(readFileSync(pidFile, 'utf8'));
  t.after(() => killed(pid));
  return {
    url: `http://127.0.0.1:${port}`,
    adminUrl,
    closeTerminal: () => program.kill('SIGKILL'),
    async stop() {
      process.kill(pid, 'SIGTERM');
      await until(t, () => existsSync(codeFile) && readFileSync(codeFile, 'utf8') !== '');
      return Number(readFileSync(codeFile, 'utf8'));
    },
  };
}

function killed(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}
