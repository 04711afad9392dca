import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { copyFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { readVersion } from '../../src/version.ts';
import { folder } from '../support/folder.ts';
import { freePort } from '../support/http-server.ts';
import { root } from '../support/pages.ts';
import { startProgram } from '../support/process.ts';
import { until } from '../support/until.ts';

test('in a checkout ./tuohs runs on the Node of the project, from anywhere and by any name', async (t) => {
  const elsewhere = await folder(t);
  await symlink(join(root, 'tuohs'), join(elsewhere, 'shorter'));

  const { stdout } = spawnSync('./shorter', ['--version'], {
    cwd: elsewhere,
    env: { PATH: '/usr/bin:/bin' },
    encoding: 'utf8',
  });

  assert.equal(stdout, `${readVersion()}\n`);
});

test('in a checkout without installed packages ./tuohs says what to do', async (t) => {
  const checkout = await folder(t);
  await copyFile(join(root, 'tuohs'), join(checkout, 'tuohs'));

  const { status, stderr } = spawnSync(join(checkout, 'tuohs'), ['serve'], { encoding: 'utf8' });

  assert.deepEqual([status, stderr], [2, 'tuohs: nothing is installed here yet; run make install first\n']);
});

test('after make package-lock.json, the new versions are installed', async (t) => {
  const checkout = await folder(t);
  for (const file of ['Makefile', 'package.json', 'package-lock.json', '.npmrc'])
    await copyFile(join(root, file), join(checkout, file));
  // A fake npm. Like the real npm, it writes the hidden lock file even if it installs nothing.
  const npm = '#!/bin/sh\necho "npm $*"; mkdir -p node_modules; touch node_modules/.package-lock.json\n';
  await writeFile(join(checkout, 'npm'), npm, { mode: 0o755 });
  const env = { PATH: `${checkout}:${process.env.PATH}` };
  const make = (...args: string[]) =>
    spawnSync('make', args, { cwd: checkout, env, encoding: 'utf8' }).stdout;
  assert.match(make('package-lock.json'), /npm install --package-lock-only/);

  assert.match(make('--dry-run', 'install'), /npm ci/);
});

test('make debug prints where the page, the reference and the admin port answer', async (t) => {
  const [port, adminPort] = [await freePort(), await freePort()];
  const program = startDebug(t, { PORT: `${port}`, ADMIN_PORT: `${adminPort}` });
  await program.listening();

  const printed = program.stdout.slice(0, 3).map((line) => line.split(/ +/));
  const asBrowser = { headers: { Accept: 'text/html' } };
  const seen = printed.map(async ([name, url = '']) => `${name} ${(await fetch(url, asBrowser)).status}`);

  assert.deepEqual(await Promise.all(seen), ['Page 200', 'Reference 200', 'Admin 200']);
  assert.deepEqual(program.stderr, []);
  assert.match(program.stdout[3] ?? '', /^SHOUTCLOUD is embedded/);
});

test('make debug ends at a wrong setting, because no change of a file can correct it', async (t) => {
  const program = startDebug(t, { PORT: 'x', ADMIN_PORT: '0' });

  assert.equal(await program.exitCode, 2);
  assert.match(program.stderr.join('\n'), /^tuohs: PORT must be .*, not "x"$/);
});

test('make mutate ends at Ctrl-C, and removes its copies of the project', async (t) => {
  const copies = await folder(t);
  const program = startProgram(t, {
    command: process.execPath,
    args: ['scripts/mutate/run.ts', 'src/version.ts'],
    environment: { TMPDIR: copies },
  });
  await until(t, () => readdirSync(copies).length > 0);

  program.killAll('SIGINT');

  assert.deepEqual([await program.exitCode, readdirSync(copies)], [130, []]);
});

for (const [signal, what, ...sends] of [
  ['SIGINT', 'of a terminal, which goes to its whole group', 'killAll'],
  ['SIGHUP', 'to the group of make, which passes it on', 'killAll', 'kill'],
  ['SIGTERM', 'to it alone', 'kill'],
] as const) {
  test(`make debug shuts down cleanly at a ${signal} ${what}`, async (t) => {
    const program = startDebug(t, { PORT: '0', ADMIN_PORT: '0' });
    await program.listening();

    for (const send of sends) program[send](signal);

    assert.equal(await program.exitCode, 0);
    assert.deepEqual(program.stderr, []);
  });
}

/** What `make debug` runs. */
function startDebug(t: TestContext, ports: { PORT: string; ADMIN_PORT: string }) {
  return startProgram(t, {
    command: process.execPath,
    args: ['scripts/debug.ts', 'serve', '--embedded-shoutcloud'],
    environment: { HOST: 'localhost', DRAIN_MS: '0', ...ports },
  });
}

for (const [argument, code, sentence] of [
  ['--wrong', 2, /^Unknown option '--wrong'.*\nnode scripts\/generate\.ts \[--check\]\n$/],
  ['--help', 0, /^$/],
] as const) {
  test(`a script with the argument ${argument} ends with ${code}`, () => {
    const args = ['scripts/generate.ts', argument];

    const { status, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8', env: {} });

    assert.equal(status, code);
    assert.match(stderr, sentence);
  });
}
