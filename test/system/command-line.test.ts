import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startProgram, tuohs } from '../support/process.ts';
import { runningService } from './service.ts';

/** A process that stops itself as soon as it can be stopped. */
const SELF_STOP = `--import=data:text/javascript,${encodeURIComponent(
  "process.once('newListener', () => setImmediate(() => process.kill(process.pid, 'SIGTERM')))",
)}`;

const COMMANDS = ['serve', 'shoutcloud', 'watch'];

for (const args of [['--help'], ...COMMANDS.map((command) => [command, '--help'])]) {
  test(`tuohs ${args.join(' ')} explains itself`, async (t) => {
    const program = tuohs(t, args);

    assert.equal(await program.exitCode, 0);
    assert.match(program.stdout.join('\n'), /^Usage: tuohs/);
    assert.deepEqual(program.stderr, []);
  });
}

test('tuohs --version is that of package.json', async (t) => {
  const program = tuohs(t, ['--version']);

  assert.equal(await program.exitCode, 0);
  assert.match(program.stdout.join('\n'), /^\d+\.\d+\.\d+$/);
});

const WRONG = [
  ['serve', '--no-such-option'],
  ['shoutcloud', '--port', 'x'],
  ['shoutcloud', '--fault', 'hang@60%', 'close@60%'],
  ['no-such-command'],
];
for (const args of WRONG) {
  test(`tuohs ${args.join(' ')} is wrong`, async (t) => {
    const program = tuohs(t, args);

    assert.equal(await program.exitCode, 2);
    assert.match(program.stderr.join('\n'), /^error: /);
  });
}

test('tuohs alone says what there is', async (t) => {
  const program = tuohs(t, []);

  assert.notEqual(await program.exitCode, 0);
  assert.match(program.stdout.concat(program.stderr).join('\n'), /Usage: tuohs/);
});

test('wrong settings end with 2, and both are named', async (t) => {
  const program = tuohs(t, ['serve'], { PORT: 'x', SHOUTCLOUD_URL: 'ftp://y' });

  assert.equal(await program.exitCode, 2);
  assert.equal(program.stderr.length, 2);
  assert.match(program.stderr.join('\n'), /PORT[\s\S]*SHOUTCLOUD_URL/);
  assert.deepEqual(program.stdout, []);
});

test('a port that is taken ends with 1 and the reason', async (t) => {
  const { url } = await runningService(t);

  const second = tuohs(t, ['serve'], { PORT: new URL(url).port });

  assert.equal(await second.exitCode, 1);
  assert.match(second.stderr.join('\n'), /EADDRINUSE/);
});

test('tuohs shoutcloud shouts on a free port until it is told to stop', async (t) => {
  const program = tuohs(t, ['shoutcloud', '--port', '0', '--script', 'status=503']);
  const { url } = await program.logLine('listening');
  const ask = () =>
    fetch(`${url}/V1/SHOUT`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"INPUT":"hello"}',
    });

  const scripted = await ask();
  const good = await ask();

  assert.deepEqual([scripted.status, await good.text()], [503, '{"INPUT":"hello","OUTPUT":"HELLO"}']);
  assert.equal(await program.stop(), 0);
});

test('serve with its own SHOUTCLOUD answers', async (t) => {
  const service = tuohs(t, ['serve', '--embedded-shoutcloud']);
  const { url } = await service.listening();

  const answer = await fetch(`${url}/v1`, { method: 'POST', body: new URLSearchParams({ data: 'hello' }) });

  assert.equal(await answer.text(), '{"data":"OLLEH"}');
  assert.equal(await service.stop(), 0);
});

test('readable logs are lines for people', async (t) => {
  const service = tuohs(t, ['serve', '--embedded-shoutcloud', '--readable-logs'], {
    NODE_OPTIONS: SELF_STOP,
  });

  assert.equal(await service.exitCode, 0);
  assert.match(service.stdout.join('\n'), /INFO.*: listening/);
});

test('npm start serves with the settings of the environment', async (t) => {
  const program = startProgram(t, {
    command: 'npm',
    args: ['start'],
    environment: {
      HOST: '127.0.0.1',
      PORT: '0',
      ADMIN_PORT: '0',
      SHOUTCLOUD_URL: 'http://127.0.0.1:1',
      npm_config_update_notifier: 'false',
      npm_config_logs_max: '0',
    },
  });

  const { url } = await program.listening();

  assert.equal((await fetch(url)).status, 200);
});
