import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { folder } from '../support/folder.ts';
import { ended, startProgram, tuohs } from '../support/process.ts';

const isInstalled = spawnSync('schemathesis', ['--version']).status === 0;
const skip = isInstalled || process.env.CI ? false : 'there is no schemathesis (PyPI schemathesis)';

// For a longer search: SCHEMATHESIS_EXAMPLES=1000 node --test test/system/schemathesis.test.ts
const EXAMPLES = process.env.SCHEMATHESIS_EXAMPLES ?? '40';

test('the service does what its OpenAPI document says, and refuses what it does not', { skip }, async (t) => {
  const { url } = await tuohs(t, ['serve', '--embedded-shoutcloud']).listening();
  const options = `--checks=all --max-examples=${EXAMPLES} --generation-deterministic --no-color`;
  const environment = {
    HOME: await folder(t),
    PYTHONPATH: fileURLToPath(new URL('.', import.meta.url)),
    PYTHONDONTWRITEBYTECODE: '1',
    SCHEMATHESIS_HOOKS: 'schemathesis_hooks',
  };
  // Schemathesis runs in a new folder, because it leaves files behind.
  const command = `cd "$HOME" && exec schemathesis run ${url}/openapi.json ${options}`;

  const program = startProgram(t, { command: 'sh', args: ['-c', command], environment });
  const { code, stdout, stderr } = await ended(program);

  assert.equal(code, 0, stdout + stderr);
  assert.match(stdout, /Tested: [1-9]/);
});
