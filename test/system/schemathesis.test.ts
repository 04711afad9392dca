import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { tuohs } from '../support/process.ts';

const isInstalled = spawnSync('schemathesis', ['--version']).status === 0;
const skip = isInstalled || process.env.CI ? false : 'there is no schemathesis (PyPI schemathesis)';

// For a longer search: SCHEMATHESIS_EXAMPLES=1000 node --test test/system/schemathesis.test.ts
const EXAMPLES = process.env.SCHEMATHESIS_EXAMPLES ?? '40';

test('the service does what its OpenAPI document says, and refuses what it does not', { skip }, async (t) => {
  const { url } = await tuohs(t, ['serve', '--embedded-shoutcloud']).listening();

  const { code, report } = await schemathesis(t, [
    'run',
    `${url}/openapi.json`,
    '--checks=all',
    `--max-examples=${EXAMPLES}`,
    '--generation-deterministic',
    '--no-color',
  ]);

  assert.equal(code, 0, report);
  assert.match(report, /Tested: [1-9]/);
});

/** Runs it in a folder of its own, for it leaves files behind. */
function schemathesis(t: TestContext, args: readonly string[]): Promise<{ code: unknown; report: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'tuohs-schemathesis-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const env = {
    PATH: process.env.PATH,
    HOME: folder,
    PYTHONPATH: fileURLToPath(new URL('.', import.meta.url)),
    PYTHONDONTWRITEBYTECODE: '1',
    SCHEMATHESIS_HOOKS: 'schemathesis_hooks',
  };
  return new Promise((resolve) => {
    execFile('schemathesis', args, { cwd: folder, env, signal: t.signal }, (error, stdout, stderr) =>
      resolve({ code: error ? error.code : 0, report: `${stdout}${stderr}${error?.message ?? ''}` }),
    );
  });
}
