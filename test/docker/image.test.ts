import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { startShoutcloud } from '../../src/shoutcloud/server.ts';
import { readVersion } from '../../src/version.ts';
import { docker, hardenedContainer, image } from './container.ts';

const FREE_PORTS = { HOST: '127.0.0.1', PORT: '0', ADMIN_PORT: '0' };
const MIB = 1_048_576;

// Adds up the sizes of the files below a folder, inside the container.
const SIZE = `
const { readdirSync, statSync } = require('node:fs');
const files = readdirSync('/app', { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
console.log(files.reduce((sum, { parentPath, name }) => sum + statSync(parentPath + '/' + name).size, 0));
`;

const FILES = `
const { readdirSync } = require('node:fs');
console.log(readdirSync('/app/node_modules', { recursive: true }).map((name) => '/' + name).join('\\n'));
`;

const shoutcloud = await startShoutcloud();
after(() => shoutcloud.close());
const serving = { ...FREE_PORTS, SHOUTCLOUD_URL: shoutcloud.url };

test('the container answers as user 1001, with a read-only root and without capabilities', async (t) => {
  const container = hardenedContainer(t, [], serving);
  const { url } = await container.process.listening();

  const answer = await fetch(`${url}/v1`, { method: 'POST', body: new URLSearchParams({ data: 'hello' }) });

  assert.equal(await answer.text(), '{"data":"OLLEH"}');
  assert.equal(await docker('exec', container.name, 'node', '-p', 'process.getuid()'), '1001');
});

test('docker stop drains: not ready, still answering, then exit code 0', async (t) => {
  const container = hardenedContainer(t, [], { ...serving, DRAIN_MS: '4000' });
  const { url, adminUrl } = await container.process.listening();

  const stopped = docker('stop', container.name);
  await container.process.logLine('draining');
  const ready = await fetch(`${adminUrl}/readyz`);
  const answer = await fetch(`${url}/v1?data=bye`);

  assert.equal(ready.status, 503);
  assert.equal(await answer.text(), '{"data":"EYB"}');
  await stopped;
  assert.equal(await container.process.exitCode, 0);
});

test('the health check of the image asks the admin port whether the process is ready', async (t) => {
  const container = hardenedContainer(t, [], serving);
  const { adminUrl } = await container.process.listening();
  const [kind, ...command] = JSON.parse(
    await docker('image', 'inspect', '--format', '{{json .Config.Healthcheck.Test}}', image),
  );
  const adminPort = `ADMIN_PORT=${new URL(adminUrl).port}`;

  const said = await docker('exec', '--env', adminPort, container.name, ...command);

  assert.equal(kind, 'CMD');
  assert.match(said, /is ready/);
});

test('the heap takes 60 % of the memory of the container, and the young generation little of it', async () => {
  const heap = "require('node:v8').getHeapStatistics().heap_size_limit";
  const asked = ['--memory', '250m', '--entrypoint', 'node', image, '-p', heap];

  const bytes = Number(await docker('run', '--rm', '--network', 'host', ...asked));

  // The limit of V8 is the old generation (150 MiB) plus the young generation (three semi-spaces of 4 MiB).
  assert.equal(bytes, (150 + 3 * 4) * MIB);
});

test('the image is also the SHOUTCLOUD-compatible server, and stops at a signal', async (t) => {
  const { process } = hardenedContainer(t, ['shoutcloud', '--port', '0']);
  await process.logLine('listening');

  assert.equal(await process.stop(), 0);
});

test('packages and program take 16 MiB at most', async () => {
  const bytes = Number(await docker('run', '--rm', '--entrypoint', 'node', image, '-e', SIZE));

  assert.ok(bytes > 0 && bytes <= 16 * MIB, `${(bytes / MIB).toFixed(1)} MiB`);
});

test('the image has no files that only people and compilers read, except licences', async () => {
  const files = (await docker('run', '--rm', '--entrypoint', 'node', image, '-e', FILES)).split('\n');

  const needless = /\.(map|md|[cm]?ts)$|\/(tests?|docs|examples)\//i;
  const found = files.filter((name) => needless.test(name) && !/licen[cs]e|notice/i.test(name));
  assert.deepEqual(found, []);
  assert.ok(files.some((name) => /\/licen[cs]e/i.test(name)));
});

test('the API reference and traces work, although their packages are loaded on demand', async (t) => {
  const traced = { OTEL_EXPORTER_OTLP_ENDPOINT: shoutcloud.url };
  const { url } = await hardenedContainer(t, [], { ...serving, ...traced }).process.listening();

  const page = await fetch(`${url}/docs`);
  const answer = await fetch(`${url}/v1?data=traced`);

  assert.match(await page.text(), /swagger-ui/);
  assert.equal(answer.status, 200);
});

for (const program of ['sh', 'bash', 'npm']) {
  test(`there is no ${program} in the image`, async () => {
    await assert.rejects(docker('run', '--rm', '--entrypoint', program, image), /executable file not found/);
  });
}

test('labels say what the image is and what it was built from', async () => {
  const labels = JSON.parse(await docker('image', 'inspect', '--format', '{{json .Config.Labels}}', image));

  assert.equal(labels['org.opencontainers.image.version'], readVersion());
  assert.match(labels['org.opencontainers.image.revision'], /^[0-9a-f]{40}$/);
  assert.ok(Date.parse(labels['org.opencontainers.image.created']) > 0);
});
