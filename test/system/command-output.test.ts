import assert from 'node:assert/strict';
import { after, type TestContext, test } from 'node:test';
import { startProgram } from '../support/process.ts';
import { runningService } from './service.ts';

const { url } = await runningService({ after });

/** A command whose standard output goes there. */
function command(t: TestContext, args: string, output: string, environment = {}) {
  const line = `exec "${process.execPath}" src/main.ts ${args} > "${output}"`;
  return startProgram(t, { command: 'sh', args: ['-c', line], environment });
}

for (const args of ['openapi', '--help', '--version', 'shout --help', 'health', 'shout hello']) {
  test(`${args} on a full disk is 1 and a sentence`, async (t) => {
    const program = command(t, args, '/dev/full', { TUOHS_URL: url });

    assert.equal(await program.exitCode, 1);
    assert.match(program.stderr.join('\n'), /^tuohs: .*ENOSPC.*$/);
  });
}

test('a standard error that cannot be written changes no exit code', async (t) => {
  const program = startProgram(t, {
    command: 'sh',
    args: ['-c', `exec "${process.execPath}" src/main.ts health --timeout 0s 2> /dev/full`],
  });

  assert.equal(await program.exitCode, 2);
});
