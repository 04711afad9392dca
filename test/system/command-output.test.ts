import assert from 'node:assert/strict';
import { after, type TestContext, test } from 'node:test';
import { fifo } from '../support/fifo.ts';
import { startProgram } from '../support/process.ts';
import { until } from '../support/until.ts';
import { runningService } from './service.ts';

const { url } = await runningService({ after });

/** A command whose standard output goes there. */
function command(t: TestContext, args: string, output: string, environment = {}) {
  const line = `exec "${process.execPath}" src/main.ts ${args} > "${output}"`;
  return startProgram(t, { command: 'sh', args: ['-c', line], environment });
}

test('a reader that is slow gets all of the output', async (t) => {
  const { path, read } = await fifo(t);
  const program = command(t, 'openapi', path);

  let output = '';
  let code: number | null | undefined;
  void program.exitCode.then((ended) => {
    code = ended;
  });
  await until(t, () => {
    output += read();
    return code !== undefined;
  });
  for (let more = read(); more !== ''; more = read()) output += more;

  assert.equal(code, 0);
  assert.ok(output.length > 65_536, 'more than a pipe holds');
  assert.equal(JSON.parse(output).openapi, '3.1.0');
});

test('a reader that has had enough is no failure', async (t) => {
  const { path, read, leave } = await fifo(t);
  const program = command(t, 'openapi', path);
  await until(t, () => read() !== '');

  leave();

  assert.equal(await program.exitCode, 0);
  assert.deepEqual(program.stderr, []);
});

test('a reader that stalls is given up at a signal', async (t) => {
  const { path, read } = await fifo(t);
  const program = command(t, 'openapi', path);
  await until(t, () => read() !== '');

  assert.equal(await program.stop('SIGINT'), 130);
});

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
    args: ['-c', `exec "${process.execPath}" src/main.ts health --timeout 0 2> /dev/full`],
  });

  assert.equal(await program.exitCode, 2);
});
