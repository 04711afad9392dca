import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { folder } from '../support/folder.ts';
import { root } from '../support/pages.ts';
import { linkPrograms } from './fake-tools.ts';

const MONITORING = ['prometheus', 'promtool', 'prometheus-alertmanager', 'amtool'];
const PROGRAMS = ['redis-server', 'curl', 'zsh', 'fish', ...MONITORING];

test('a machine that has every program gets none, and Chrome stands in for Chromium', async (t) => {
  const complete = await packages(t, [...PROGRAMS, 'chromium']);
  const withChrome = await packages(t, [...PROGRAMS, 'google-chrome']);
  const withBoth = await packages(t, [...PROGRAMS, 'google-chrome', 'chromium']);

  for (const { status, installed, stderr } of [complete, withChrome, withBoth])
    assert.deepEqual([status, installed, stderr], [0, '', '']);
  assert.ok(withChrome.hasChromium);
});

test('only what is missing is installed', async (t) => {
  const { installed } = await packages(t, ['curl', 'zsh', 'prometheus', 'promtool', 'chromium']);

  assert.match(installed, /install redis-server fish prometheus-alertmanager$/m);
});

test('if nothing can be installed, one line says so, and it does not fail', async (t) => {
  const { status, installed, stderr } = await packages(t, ['curl'], '1000');

  assert.deepEqual([status, installed], [0, '']);
  assert.match(stderr, /^not installed, because that needs root and apt-get: chromium redis-server /);
});

for (const [state, version, exits, code, says, complaint] of [
  ['is released with a tag', 'Unreleased', { git: 0 }, 0, 'released\n', /^$/],
  ['is new without a tag', 'Unreleased', { git: 2 }, 0, 'new\n', /^$/],
  ['is unnamed without a section', '0.0.0', { git: 2 }, 0, 'unnamed\n', /has no section 0\.0\.0/],
  ['fails if the remote does not answer', 'Unreleased', { git: 128 }, 128, '', /ls-remote failed with 128/],
  ['fails if its notes cannot be read', 'Unreleased', { git: 2, node: 1 }, 1, '', /notes\.ts failed with 1/],
] as const) {
  test(`a version ${state}`, async (t) => {
    const path = await folder(t);
    for (const [name, status] of Object.entries(exits)) program(path, name, `exit ${status}`);

    const { status, stdout, stderr } = spawnSync(join(root, '.ci/release-state'), [version], {
      cwd: root,
      // Otherwise, bash warns if the user's language is not installed.
      env: { ...process.env, LC_ALL: 'C', PATH: `${path}:${process.env.PATH}`, GH_TOKEN: 'token' },
      encoding: 'utf8',
    });

    assert.deepEqual([status, stdout], [code, says]);
    assert.match(stderr, complaint);
  });
}

/** Runs .ci/packages on a machine with these programs, and with an apt-get that only records its arguments. */
async function packages(t: TestContext, programs: readonly string[], userId = '0') {
  const path = await folder(t);
  linkPrograms(path, ['bash', 'env', 'ln', 'mkdir']);
  for (const name of programs) program(path, name, '');
  program(path, 'id', `echo ${userId}`);
  program(path, 'python3', '');
  program(path, 'apt-get', `echo "$@" >> "${path}/installed"`);
  const chromium = join(path, 'chromium');
  const { status, stderr } = spawnSync(join(root, '.ci/packages'), {
    env: { PATH: path, CHROMIUM: chromium, UNITS: path },
    encoding: 'utf8',
  });
  const log = join(path, 'installed');
  const installed = existsSync(log) ? readFileSync(log, 'utf8') : '';
  return { status, stderr, installed, hasChromium: existsSync(chromium) };
}

function program(path: string, name: string, line: string): void {
  writeFileSync(join(path, name), `#!/bin/bash\n${line}\n`, { mode: 0o755 });
}
