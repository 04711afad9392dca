import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { chmod, mkdir, readdir, readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { parse, parseAllDocuments } from 'yaml';
import { packagedChart } from '../../scripts/delivery/packaged-chart.ts';
import { readVersion } from '../../src/version.ts';
import { noBrowser, openPage } from '../support/browser.ts';
import { folder } from '../support/folder.ts';
import { httpServer } from '../support/http-server.ts';
import { exerciseAddresses, projectWithClient, rightResults, siteOf } from '../support/packed-client.ts';
import { root } from '../support/pages.ts';
import { FREE_PORTS, startProgram } from '../support/process.ts';

const run = promisify(execFile);
const VERSION = readVersion();
const IMAGE = `ghcr.io/team/tuohs@sha256:${'a'.repeat(64)}`;

const release = await folder({ after });
await run(process.execPath, ['scripts/delivery/release-files.ts', IMAGE, release], { cwd: root });
const command = await installedCommand();
const project = await projectWithClient({ after }, released('tuohs-client-npm'));
const addresses = await exerciseAddresses({ after });

test('a release carries packages for npm and helm, manifests with exactly its image, and checksums', async () => {
  const { stdout: checked } = await run('sha256sum', ['--check', 'SHA256SUMS'], { cwd: release });
  const { stdout: chart } = await run('tar', ['-xzOf', released('tuohs'), 'tuohs/Chart.yaml']);
  const manifests = parseAllDocuments(await readFile(join(release, `tuohs-${VERSION}.yaml`), 'utf8'));
  const objects = manifests.map((manifest) => manifest.toJS());
  const deployment = objects.find(({ kind }) => kind === 'Deployment');

  const packages = ['tuohs', 'tuohs-client-npm', 'tuohs-npm'].map((name) => `${name}-${VERSION}.tgz`);
  const files = ['SHA256SUMS', ...packages, `tuohs-${VERSION}.yaml`];
  assert.deepEqual((await readdir(release)).sort(), files.sort());
  assert.equal(checked.match(/: OK$/gm)?.length, 4);
  assert.match(chart, new RegExp(`^version: ${VERSION}$`, 'm'));
  assert.equal(deployment.spec.template.spec.containers[0].image, IMAGE);
  assert.ok(!objects.some(({ kind }) => kind === 'Pod'));
});

for (const [name, program] of [
  ['tuohs-npm', 'package/dist/main.js'],
  ['tuohs-client-npm', 'package/dist/index.d.ts'],
] as const) {
  test(`${name} holds what was built, a page about it and nothing else`, async () => {
    const { stdout } = await run('tar', ['-tzf', released(name)]);

    const files = stdout.trimEnd().split('\n');
    const others = files.filter((path) => !path.startsWith('package/dist/'));
    assert.ok(files.includes(program));
    assert.deepEqual(others.sort(), ['package/LICENSE', 'package/README.md', 'package/package.json']);
  });
}

test('the alerts of a released chart link to the page of its version', async (t) => {
  const source = 'https://github.example/team/tuohs';
  const chart = packagedChart({ repository: 'tuohs', appVersion: VERSION, source }, await folder(t));

  const { stdout: values } = await run('tar', ['-xzOf', chart, 'tuohs/values.yaml']);

  assert.equal(parse(values).prometheusRule.runbooks, `${source}/blob/v${VERSION}/docs/monitoring.md`);
});

test('the packed command serves with several processes', async (t) => {
  const service = startProgram(t, {
    command,
    args: ['serve', '--embedded-shoutcloud'],
    environment: { ...FREE_PORTS, WEB_CONCURRENCY: '2' },
  });
  const { url } = await service.listening();

  const { stdout } = await run(command, ['shout', 'hello', '--url', url]);

  assert.equal(stdout, 'OLLEH\n');
  assert.equal(await service.stop(), 0);
});

for (const node of ['node20', 'node22']) {
  test(`on ${node} the command prints one sentence and ends with 2`, { skip: without(node) }, () => {
    const { status, stdout, stderr } = spawnSync(node, [command, '--version'], { encoding: 'utf8' });

    assert.deepEqual([status, stdout], [2, '']);
    assert.match(stderr, /^tuohs: it needs Node 24 or later; this is v2[02]\.\d+\.\d+\n$/);
  });
}

test('the packed client installs nothing else', async () => {
  const packages = (await readdir(join(project, 'node_modules'))).filter((name) => !name.startsWith('.'));

  assert.deepEqual(packages, ['tuohs-client']);
});

test('a fresh project type-checks against the packed client', async () => {
  const { stdout } = await run(join(root, 'node_modules/.bin/tsc'), ['--project', project]);

  assert.equal(stdout, '');
});

/** The command of each runtime that runs a program. `make tools` installs all of them, except the Node that runs this test. */
const RUNTIMES: Readonly<Record<string, readonly string[]>> = {
  node22: ['node22'],
  node24: [process.execPath],
  node26: ['node26'],
  deno: ['deno', 'run', '--quiet', '--node-modules-dir=manual', '--allow-net', '--allow-read'],
  bun: ['bun', 'run'],
};
for (const [name, [runtime = '', ...args]] of Object.entries(RUNTIMES)) {
  test(`the packed client shouts, aborts and knows every code in ${name}`, {
    skip: without(runtime),
  }, async () => {
    const program = [...args, 'program.mjs', JSON.stringify(addresses)];

    const { stdout } = await run(runtime, program, { cwd: project });

    assert.deepEqual(JSON.parse(stdout), rightResults);
  });
}

test('the packed client does the same on a page of another site, and follows no redirect', {
  skip: noBrowser,
}, async (t) => {
  const site = await httpServer(t, siteOf(project));
  const { url } = await httpServer(t, (_request, response) => {
    response.writeHead(301, { location: '/elsewhere', 'access-control-allow-origin': '*' }).end();
  });
  const { page } = await openPage(t, { url: site.url });

  const results = await page.evaluate(
    `import('/client-exercise.js').then(async ({ exercise }) =>
      exercise(await import('/tuohs-client/dist/index.js'), ${JSON.stringify(addresses)}))`,
  );
  const message = await page.evaluate(
    `import('/tuohs-client/dist/index.js').then(({ createClient }) =>
      createClient({ baseUrl: '${url}' }).health().catch(({ message }) => message))`,
  );

  assert.deepEqual(results, rightResults);
  assert.equal(message, `${url}/ answers a redirect: use that address`);
});

function released(name: string): string {
  return join(release, `${name}-${VERSION}.tgz`);
}

/** Unpacks the package of the service, with the dependencies of this checkout. Resolves with the path of its command. */
async function installedCommand(): Promise<string> {
  const place = await folder({ after });
  const installed = join(place, 'tuohs');
  await mkdir(installed);
  await run('tar', ['-xzf', released('tuohs-npm'), '--directory', installed, '--strip-components=1']);
  await symlink(join(root, 'node_modules'), join(installed, 'node_modules'));
  await chmod(join(installed, 'dist/tuohs.cjs'), 0o755);
  await symlink('tuohs/dist/tuohs.cjs', join(place, 'command'));
  return join(place, 'command');
}

/**
 * The reason to skip tests that need this runtime. In CI they are skipped only if all other runtimes are missing, too, because
 * `make tools` installs all of them or none.
 */
function without(runtime: string): string | false {
  if (isThere(runtime)) return false;
  const tools = ['node20', 'node22', 'node26', 'deno', 'bun'];
  return process.env.CI && tools.some(isThere) ? false : `there is no ${runtime} (make tools brings it)`;
}

function isThere(program: string): boolean {
  return spawnSync(program, ['--version']).status === 0;
}
