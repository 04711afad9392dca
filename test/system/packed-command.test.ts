import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { chmod, copyFile, mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { packService } from '../../scripts/delivery/npm-packages.ts';
import { readVersion } from '../../src/version.ts';
import { folder } from '../support/folder.ts';
import { startProgram } from '../support/process.ts';
import { without } from '../support/runtimes.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));
const place = await folder({ after });
const command = await installedCommand();

test('the packed command serves with several processes', async (t) => {
  const service = startProgram(t, {
    command,
    args: ['serve', '--embedded-shoutcloud'],
    environment: { HOST: '127.0.0.1', PORT: '0', ADMIN_PORT: '0', DRAIN_MS: '0', WEB_CONCURRENCY: '2' },
  });
  const { url } = await service.listening();

  const { stdout } = await run(command, ['shout', 'hello', '--url', url]);

  assert.equal(stdout, 'OLLEH\n');
  assert.equal(await service.stop(), 0);
});

for (const node of ['node20', 'node22']) {
  test(`on ${node} the command is one sentence and 2`, { skip: without(node) }, () => {
    const { status, stdout, stderr } = spawnSync(node, [command, '--version'], { encoding: 'utf8' });

    assert.deepEqual([status, stdout], [2, '']);
    assert.match(stderr, /^tuohs: it needs Node 24 or later; this is v2[02]\.\d+\.\d+\n$/);
  });
}

test('in a checkout ./tuohs runs on the Node of the project, from anywhere and by any name', async (t) => {
  const elsewhere = await folder(t);
  await symlink(join(root, 'tuohs'), join(elsewhere, 'shorter'));

  const { stdout } = await run('./shorter', ['--version'], {
    cwd: elsewhere,
    env: { PATH: '/usr/bin:/bin' },
  });

  assert.equal(stdout, `${readVersion()}\n`);
});

test('in a checkout where nothing is installed ./tuohs says what to do', async (t) => {
  const checkout = await folder(t);
  await copyFile(join(root, 'tuohs'), join(checkout, 'tuohs'));

  const { status, stderr } = spawnSync(join(checkout, 'tuohs'), ['serve'], { encoding: 'utf8' });

  assert.deepEqual([status, stderr], [2, 'tuohs: nothing is installed here yet; run make install first\n']);
});

/** The command of the packed service, as npm installs it, but with the packages of this checkout. */
async function installedCommand(): Promise<string> {
  const installed = join(place, 'tuohs');
  await mkdir(installed);
  packService(join(place, 'tuohs.tgz'));
  const here = ['--directory', installed, '--strip-components=1'];
  await run('tar', ['--extract', '--file', join(place, 'tuohs.tgz'), ...here]);
  await symlink(join(root, 'node_modules'), join(installed, 'node_modules'));
  await chmod(join(installed, 'dist/tuohs.cjs'), 0o755);
  await symlink('tuohs/dist/tuohs.cjs', join(place, 'command'));
  return join(place, 'command');
}
