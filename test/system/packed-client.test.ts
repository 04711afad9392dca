import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { access, cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { readVersion } from '../../src/version.ts';
import { folder } from '../support/folder.ts';
import { runningService } from './service.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));
const tsc = join(root, 'node_modules/.bin/tsc');

const PROGRAM = `
declare const process: { argv: string[] };
import { type BulkResult, createClient, TuohsClientError } from 'tuohs/client';

const client = createClient({ baseUrl: process.argv[2] ?? '' });
await client.health();
const answer: string = await client.shout('hello');
const results: BulkResult[] = [];
for await (const result of client.bulk(['one', 'two'])) results.push(result);

const error: unknown = await client.shout('slow', { signal: AbortSignal.timeout(100) }).catch((reason) => reason);
const code: string = error instanceof TuohsClientError ? error.code : 'no error of the client';

const leaving = new AbortController();
async function* endless() {
  yield 'three';
  await new Promise(() => {});
}
const bulkError: unknown = await (async () => {
  for await (const _result of client.bulk(endless(), { signal: leaving.signal })) leaving.abort();
})().catch((reason) => reason);
const bulkCode = bulkError instanceof TuohsClientError ? bulkError.code : 'no error of the client';

console.log(JSON.stringify({ answer, results, code, bulkCode }));
`;

// No types of Node's: the client must do with what a browser has.
const COMPILER_OPTIONS = {
  target: 'es2024',
  lib: ['es2024', 'dom', 'dom.asynciterable'],
  module: 'nodenext',
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  skipLibCheck: false,
  types: [],
  noEmit: true,
};

const project = await freshProject();

test('a fresh project type-checks against the packed client', async () => {
  const { stdout } = await run(tsc, ['--project', project]);

  assert.equal(stdout, '');
});

test('a fresh project gets answers, and an aborted call ends at once', async (t) => {
  const { url } = await runningService(t, { latencyMs: 500 });

  const { stdout } = await run(process.execPath, [join(project, 'program.ts'), url]);

  assert.deepEqual(JSON.parse(stdout), {
    answer: 'OLLEH',
    results: [{ data: 'ENO' }, { data: 'OWT' }],
    code: 'ABORTED',
    bulkCode: 'ABORTED',
  });
});

test('the package holds what was built, and nothing else', async () => {
  const { stdout } = await run('tar', ['--list', '--file', join(project, 'tuohs.tgz')]);

  const others = stdout.split('\n').filter((path) => path !== '' && !path.startsWith('package/dist/'));
  assert.deepEqual(others.sort(), ['package/LICENSE', 'package/README.md', 'package/package.json']);
});

test('the packed command runs', async () => {
  const command = join(project, 'node_modules/tuohs/dist/main.js');
  await symlink(join(root, 'node_modules'), join(project, 'node_modules/tuohs/node_modules'));

  const { stdout } = await run(process.execPath, [command, '--version']);

  assert.equal(stdout, `${readVersion()}\n`);
  assert.match(await readFile(command, 'utf8'), /^#!\/usr\/bin\/env node\n/);
});

test('what an older build left behind is not packed', async () => {
  await assert.rejects(access(join(project, 'node_modules/tuohs/dist/stale.js')), { code: 'ENOENT' });
});

/** An empty project with the package installed as npm does it, but without the network. */
async function freshProject(): Promise<string> {
  const ending = { after };
  const checkout = await folder(ending);
  for (const name of [
    'src',
    'package.json',
    'tsconfig.json',
    'tsconfig.build.json',
    'README.md',
    'LICENSE',
  ]) {
    await cp(join(root, name), join(checkout, name), { recursive: true });
  }
  await symlink(join(root, 'node_modules'), join(checkout, 'node_modules'));
  const npm = { cwd: checkout, env: { PATH: process.env.PATH, npm_config_update_notifier: 'false' } };
  await mkdir(join(checkout, 'dist'));
  await writeFile(join(checkout, 'dist/stale.js'), '');
  const { stdout } = await run('npm', ['pack', '--silent'], npm);

  const path = await folder(ending);
  const installed = join(path, 'node_modules/tuohs');
  await mkdir(installed, { recursive: true });
  await cp(join(checkout, stdout.trim()), join(path, 'tuohs.tgz'));
  await run('tar', [
    '--extract',
    '--file',
    join(path, 'tuohs.tgz'),
    '--directory',
    installed,
    '--strip-components=1',
  ]);
  await writeFile(join(path, 'program.ts'), PROGRAM);
  await writeFile(join(path, 'package.json'), '{"type":"module"}');
  await writeFile(join(path, 'tsconfig.json'), JSON.stringify({ compilerOptions: COMPILER_OPTIONS }));
  return path;
}
