import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { readVersion } from '../../src/version.ts';
import { root } from '../support/pages.ts';

test("the notes of a version are its section's words", async () => {
  const args = ['scripts/delivery/release-notes.ts', readVersion()];

  const { stdout: notes } = await promisify(execFile)(process.execPath, args, { cwd: root });

  assert.match(notes, /^### .+\n\n\S/);
  assert.doesNotMatch(notes, /^## /m);
});

test('the version of package.json has a section in the changelog, and is the default tag of the image', () => {
  const changelog = readFileSync(`${root}/CHANGELOG.md`, 'utf8');
  const chart = readFileSync(`${root}/deploy/chart/Chart.yaml`, 'utf8');

  assert.match(changelog, new RegExp(`^## ${readVersion()} - \\d{4}-\\d{2}-\\d{2}$`, 'm'));
  assert.match(chart, new RegExp(`^appVersion: ${readVersion()}$`, 'm'));
});
