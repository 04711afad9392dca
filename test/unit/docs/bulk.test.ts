import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { matches, read } from '../../support/pages.ts';
import { tuohs } from '../../support/process.ts';

const page = read('docs/bulk.md');
const missing = ['curl', 'split'].filter((tool) => spawnSync(tool, ['--version']).status !== 0);
const skip = missing.length === 0 ? false : `there is no ${missing.join(', no ')} (GNU)`;

const folder = mkdtempSync(join(tmpdir(), 'tuohs-bulk-'));
after(() => rmSync(folder, { recursive: true }));
const service = tuohs({ after }, ['serve', '--embedded-shoutcloud']);

for (const script of matches(page, /^```sh\n(.*?)^```$/gms)) {
  const commands = script.replace(/^# .*\n/gm, '').trimEnd();

  test(`docs/bulk.md shows what this prints: ${commands}`, { skip }, async () => {
    const printed = await run(commands);

    assert.equal(printed, matches(script, /^# (.*\n)/gm).join(''));
  });
}

/** Runs the commands of the page with another address, and without the user's settings for curl. */
async function run(commands: string): Promise<string> {
  const { url } = await service.listening();
  const addressed = commands.replaceAll('localhost:5000', new URL(url).host);
  const env = { PATH: process.env.PATH, HOME: folder, no_proxy: '*' };
  const { stdout } = await promisify(execFile)('sh', ['-c', addressed], { cwd: folder, env });
  return stdout;
}
