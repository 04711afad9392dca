import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { type TestContext, test } from 'node:test';
import { folder } from '../support/folder.ts';
import { root } from '../support/pages.ts';
import { linkPrograms } from './fake-tools.ts';

const TOOLS = ['shellcheck', 'hadolint', 'actionlint', 'zizmor', 'yamllint'];

test('without its tools .ci/lint passes, with one line for each', async (t) => {
  const { status, stderr } = await lintWithoutTools(t, {});

  assert.equal(status, 0);
  assert.deepEqual(stderr.trimEnd().split('\n'), [
    ...TOOLS.slice(0, -1).map((tool) => `${tool} is not there: skipped (make tools installs it)`),
    'tofu is not there: skipped (https://opentofu.org)',
    'yamllint is not there: skipped (make tools installs it)',
  ]);
});

test('without its tools .ci/lint fails if CI is set', async (t) => {
  const { status, stderr } = await lintWithoutTools(t, { CI: 'true' });

  assert.equal(status, 1);
  for (const tool of TOOLS) assert.match(stderr, new RegExp(`^${tool} is not there, and CI is set`, 'm'));
});

/** Runs .ci/lint with only the programs that the script itself needs. */
async function lintWithoutTools(t: TestContext, environment: Record<string, string>) {
  const path = await folder(t);
  linkPrograms(path, ['bash', 'dirname', 'git', 'grep', 'sort', 'xargs']);
  const env = { PATH: path, ...environment };
  return spawnSync('bash', ['.ci/lint'], { cwd: root, env, encoding: 'utf8' });
}
