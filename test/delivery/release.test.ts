import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { parseAllDocuments } from 'yaml';
import { readVersion } from '../../src/version.ts';
import { folder } from '../support/folder.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const IMAGE = `ghcr.io/team/tuohs@sha256:${'a'.repeat(64)}`;

test('a release carries packages for npm and helm, manifests with exactly its image, and checksums', async (t) => {
  const path = await folder(t);

  await script('release-files.ts', IMAGE, path);

  const [files, checked] = [
    readdirSync(path).sort(),
    await printed('sh', '-c', `cd ${path} && sha256sum --check SHA256SUMS`),
  ];
  const packed = await printed('tar', '-tzf', `${path}/tuohs-npm-${readVersion()}.tgz`);
  const client = await printed('tar', '-tzf', `${path}/tuohs-client-npm-${readVersion()}.tgz`);
  const chart = await printed('tar', '-xzOf', `${path}/tuohs-${readVersion()}.tgz`, 'tuohs/Chart.yaml');
  const manifests = parseAllDocuments(readFileSync(`${path}/tuohs-${readVersion()}.yaml`, 'utf8'));
  const objects = manifests.map((manifest) => manifest.toJS());
  const deployment = objects.find(({ kind }) => kind === 'Deployment');
  assert.match(chart, new RegExp(`^version: ${readVersion()}$`, 'm'));
  assert.equal(deployment.spec.template.spec.containers[0].image, IMAGE);
  assert.deepEqual(files, [
    'SHA256SUMS',
    ...files.filter((name) => /^tuohs-((client-)?npm-)?\d+\.\d+\.\d+\.(tgz|yaml)$/.test(name)),
  ]);
  assert.equal(checked.match(/: OK$/gm)?.length, 4);
  assert.match(packed, /^package\/dist\/main\.js$/m);
  assert.match(client, /^package\/dist\/index\.d\.ts$/m);
  assert.deepEqual(
    objects.filter(({ kind }) => kind === 'Pod'),
    [],
  );
});

test('a version without a section in the changelog has no notes, and so no release', async () => {
  await assert.rejects(script('release-notes.ts', '0.0.0'), { code: 1, stderr: /has no section 0\.0\.0/ });
});

test("the notes of a version are its section's words", async () => {
  const notes = await script('release-notes.ts', readVersion());

  assert.match(notes, /^### Added\n/);
  assert.doesNotMatch(notes, /^## /m);
});

test('the version of package.json has a section in the changelog, and is the default tag of the image', () => {
  const changelog = readFileSync(`${root}/CHANGELOG.md`, 'utf8');
  const chart = readFileSync(`${root}/deploy/chart/Chart.yaml`, 'utf8');

  assert.match(changelog, new RegExp(`^## ${readVersion()} - \\d{4}-\\d{2}-\\d{2}$`, 'm'));
  assert.match(chart, new RegExp(`^appVersion: ${readVersion()}$`, 'm'));
});

function script(name: string, ...args: string[]): Promise<string> {
  return printed(process.execPath, `scripts/delivery/${name}`, ...args);
}

async function printed(command: string, ...args: string[]): Promise<string> {
  return (await promisify(execFile)(command, args, { cwd: root })).stdout;
}
