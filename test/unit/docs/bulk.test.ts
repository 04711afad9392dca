import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { tuohs } from '../../support/process.ts';

const page = readFileSync(new URL('../../../docs/bulk.md', import.meta.url), 'utf8');
const missing = ['curl', 'split'].filter((tool) => spawnSync(tool, ['--version']).status !== 0);
const skip = missing.length === 0 ? false : `there is no ${missing.join(', no ')} (GNU)`;

const folder = mkdtempSync(join(tmpdir(), 'tuohs-bulk-'));
after(() => rmSync(folder, { recursive: true }));
const service = tuohs({ after }, ['serve', '--embedded-shoutcloud']);

for (const script of scripts()) {
  test(`docs/bulk.md shows what this prints: ${commandsOf(script)}`, { skip }, async () => {
    const printed = await run(commandsOf(script));

    assert.equal(printed, outputOf(script));
  });
}

function scripts(): string[] {
  return Array.from(page.matchAll(/^```sh\n(.*?)^```$/gms), ([, block = '']) => block);
}

function commandsOf(script: string): string {
  return script.replace(/^# .*\n/gm, '').trimEnd();
}

function outputOf(script: string): string {
  return Array.from(script.matchAll(/^# (.*\n)/gm), ([, line = '']) => line).join('');
}

/** Runs the commands as they are shown, but for the address, untouched by the user's own settings for curl. */
async function run(commands: string): Promise<string> {
  const { url } = await service.listening();
  const addressed = commands.replaceAll('localhost:5000', new URL(url).host);
  const env = { PATH: process.env.PATH, HOME: folder, no_proxy: '*' };
  const { stdout } = await promisify(execFile)('sh', ['-c', addressed], { cwd: folder, env });
  return stdout;
}
