import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, type TestContext, test } from 'node:test';
import { folder } from '../support/folder.ts';
import { freePort } from '../support/http-server.ts';
import { ended, hook, startProgram, tuohs } from '../support/process.ts';
import { until } from '../support/until.ts';
import { numberedLines, runningService } from './service.ts';

// Long enough for a busy machine.
const SHOUT = `"${process.execPath}" src/main.ts shout --timeout 1h`;
const MEBIBYTE = 1024;
const { url } = await runningService({ after });

/** SHOUTCLOUD hangs after three calls, so the command never finishes 2,000 lines before the test stops it or the service. */
const NEVER_DONE = [
  { script: 'ok*3', faults: 'hang' },
  { UPSTREAM_CONNECTIONS: '2', BATCH_MAX_ITEMS: '8' },
] as const;

test('a reader that stops reading ends the command silently', async (t) => {
  const said = await ended(shell(t, `yes hello | ${SHOUT} | head -n 2`));

  assert.deepEqual(said, { code: 0, stdout: 'OLLEH\nOLLEH', stderr: '' });
});

test('an interrupt ends the command with 130, and the output is the beginning of the whole', async (t) => {
  const { url } = await runningService(t, ...NEVER_DONE);
  const { path, shouted } = await numberedLines(t, 2000);

  const program = tuohs(t, ['shout', '--file', path, '--url', url]);
  await until(t, () => program.stdout.length > 0);
  const exitCode = await program.stop('SIGINT');

  const count = program.stdout.length;
  assert.equal(exitCode, 130);
  assert.ok(count < 2000);
  assert.deepEqual(program.stdout, shouted.slice(0, count));
  const said = `tuohs: interrupted; the output has ${count} lines, go on with line ${count + 1}`;
  assert.deepEqual(program.stderr, [said]);
});

test('a second interrupt does not wait for a reader that does not read', async (t) => {
  const { path } = await numberedLines(t, 50_000);
  const child = spawn(process.execPath, ['src/main.ts', 'shout', '--file', path, '--url', url], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  t.after(() => child.kill('SIGKILL'));

  await once(child.stdout, 'readable');
  child.kill('SIGINT');
  child.kill('SIGTERM');
  const [exitCode] = await once(child, 'exit');

  assert.equal(exitCode, 130);
});

test('lines that fail while a service is killed and started again are reported, and a second run with them completes the output', async (t) => {
  const port = { PORT: `${await freePort()}` };
  const [upstream, settings] = NEVER_DONE;
  const first = await runningService(t, upstream, { ...settings, ...port });
  const { path, shouted } = await numberedLines(t, 2000);
  const failed = join(await folder(t), 'failed.txt');

  const program = tuohs(t, ['shout', '--file', path, '--failed', failed, '--url', first.url]);
  await until(t, () => program.stdout.length > 0);
  first.service.kill('SIGKILL');
  await until(t, () => program.stderr.length > 0);
  const second = await runningService(t, {}, port);
  assert.equal(await program.exitCode, 1);
  const again = tuohs(t, ['shout', '--file', failed, '--url', second.url]);
  assert.deepEqual([await again.exitCode, again.stderr], [0, []]);

  const answers = [...again.stdout];
  const reported = program.stderr.filter((line) => /^tuohs: line \d+: /.test(line)).length;
  assert.equal(reported, answers.length);
  const whole = program.stdout.map((line) => (line === '' ? answers.shift() : line));
  assert.deepEqual(whole, shouted);
});

test('a long input needs little memory', async (t) => {
  const path = join(await folder(t), 'lines.txt');
  await writeFile(path, 'hello\n'.repeat(100_000));
  const report = hook('process.on("exit", () => console.error(process.resourceUsage().maxRSS))');

  const program = tuohs(t, ['shout', '--timeout', '1h', '--file', path, '--url', url], report);
  const { code, stderr } = await ended(program);

  assert.equal(code, 0, stderr);
  assert.ok(Number(stderr) < 160 * MEBIBYTE, `it took ${stderr} KiB`);
});

function shell(t: TestContext, command: string) {
  return startProgram(t, { command: 'sh', args: ['-c', command], environment: { TUOHS_URL: url } });
}
