import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { folder } from '../support/folder.ts';
import { linkPrograms } from './fake-tools.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const PROGRAMS = ['redis-server', 'curl', 'prometheus', 'promtool', 'prometheus-alertmanager', 'amtool'];

test('a machine that has every program gets none', async (t) => {
  const { status, installed, stderr } = await packages(t, [...PROGRAMS, 'chromium']);

  assert.deepEqual([status, installed, stderr], [0, '', '']);
});

test('Chrome stands in for Chromium, and a Chromium that is there stays', async (t) => {
  const withChrome = await packages(t, [...PROGRAMS, 'google-chrome']);
  const withBoth = await packages(t, [...PROGRAMS, 'google-chrome', 'chromium']);

  assert.deepEqual([withChrome.installed, withBoth.installed], ['', '']);
  assert.ok(withChrome.hasChromium);
});

test('only what is missing is installed', async (t) => {
  const { installed } = await packages(t, ['curl', 'prometheus', 'promtool', 'chromium']);

  assert.match(installed, /install redis-server prometheus-alertmanager$/m);
});

test('a machine that lets nobody install anything is told of in a line, and is no failure', async (t) => {
  const { status, installed, stderr } = await packages(t, ['curl'], '1000');

  assert.deepEqual([status, installed], [0, '']);
  assert.match(stderr, /^not installed, because it takes root and apt-get: chromium redis-server /);
});

for (const [state, says, version, gitStatus] of [
  ['a version with a tag', 'released', 'Unreleased', '0'],
  ['a version without a tag', 'new', 'Unreleased', '2'],
  ['a version without a section', 'unnamed', '0.0.0', '2'],
] as const) {
  test(`the release knows ${state}`, async (t) => {
    const { status, stdout } = await releaseState(t, version, gitStatus);

    assert.deepEqual([status, stdout], [0, `${says}\n`]);
  });
}

test('a remote that does not answer fails the release, and is no missing tag', async (t) => {
  const { status, stdout, stderr } = await releaseState(t, 'Unreleased', '128');

  assert.deepEqual([status, stdout], [128, '']);
  assert.match(stderr, /git ls-remote failed with 128/);
});

/** Runs .ci/packages on a machine that has these programs, and an apt-get that writes down what it should do. */
async function packages(t: TestContext, programs: readonly string[], userId = '0') {
  const path = await folder(t);
  linkPrograms(path, ['bash', 'env', 'ln', 'mkdir']);
  for (const name of programs) program(path, name, '');
  program(path, 'id', `echo ${userId}`);
  program(path, 'python3', '');
  program(path, 'apt-get', `echo "$@" >> ${path}/installed`);
  const chromium = join(path, 'chromium');
  const { status, stderr } = spawnSync(join(root, '.ci/packages'), {
    env: { PATH: path, CHROMIUM: chromium, UNITS: path },
    encoding: 'utf8',
  });
  const log = join(path, 'installed');
  return {
    status,
    stderr,
    installed: existsSync(log) ? readFileSync(log, 'utf8') : '',
    hasChromium: existsSync(chromium),
  };
}

async function releaseState(t: TestContext, version: string, gitStatus: string) {
  const path = await folder(t);
  program(path, 'git', `exit ${gitStatus}`);
  return spawnSync(join(root, '.ci/release-state'), [version], {
    cwd: root,
    env: { ...process.env, PATH: `${path}:${process.env.PATH}`, GH_TOKEN: 'token' },
    encoding: 'utf8',
  });
}

function program(path: string, name: string, line: string): void {
  writeFileSync(join(path, name), `#!/bin/bash\n${line}\n`, { mode: 0o755 });
}
