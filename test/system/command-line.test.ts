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
    assert.match(program.stderr.join('\n'), /^tuohs: /);
    assert.equal(program.stderr.join().includes('error:'), false);
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

for (const WEB_CONCURRENCY of ['1', '2']) {
  for (const name of ['PORT', 'ADMIN_PORT']) {
    test(`${name} that is taken ends ${WEB_CONCURRENCY} processes with 1 and a sentence`, async (t) => {
      const { url } = await runningService(t);
      const { port } = new URL(url);

      const second = tuohs(t, ['serve'], { WEB_CONCURRENCY, LOG_LEVEL: 'silent', [name]: port });

      assert.equal(await second.exitCode, 1);
      assert.deepEqual(second.stderr, [
        `tuohs: ${name} ${port} is taken: another program listens on it (EADDRINUSE)`,
      ]);
    });
  }
}

const UNUSABLE: readonly [string[], Record<string, string>, RegExp][] = [
  [['serve'], { HOST: '192.0.2.1' }, /^tuohs: HOST 192\.0\.2\.1 is no address of this machine/],
  [
    ['serve'],
    { HOST: 'no-such-host.invalid' },
    /^tuohs: HOST no-such-host\.invalid is no name of an address/,
  ],
  [['shoutcloud', '--host', '192.0.2.1'], {}, /^tuohs: --host 192\.0\.2\.1 is no address of this machine/],
];
for (const [args, environment, sentence] of UNUSABLE) {
  test(`${args.join(' ')} ${JSON.stringify(environment)} is 1 and a sentence`, async (t) => {
    const program = tuohs(t, args, { LOG_LEVEL: 'silent', ...environment });

    assert.equal(await program.exitCode, 1);
    assert.match(program.stderr.join('\n'), sentence);
    assert.equal(program.stderr.length, 1);
  });
}

test('shoutcloud on a port that is taken is 1 and a sentence', async (t) => {
  const { shoutcloud } = await runningService(t);

  const second = tuohs(t, ['shoutcloud', '--port', `${shoutcloud.port}`]);

  assert.equal(await second.exitCode, 1);
  assert.deepEqual(second.stderr, [
    `tuohs: --port ${shoutcloud.port} is taken: another program listens on it (EADDRINUSE)`,
  ]);
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

test('tuohs shoutcloud logs each request and the fault it plays, and no text', async (t) => {
  const program = tuohs(t, ['shoutcloud', '--port', '0', '--script', 'status=503 ok']);
  const { url } = await program.logLine('listening');
  const headers = { 'content-type': 'application/json' };
  for (const path of ['/V1/SHOUT', '/V1/SHOUT', '/elsewhere']) {
    await fetch(`${url}${path}`, { method: 'POST', headers, body: '{"INPUT":"secrét"}' });
  }
  await program.stop();

  const lines = program.stdout.slice(1).map((line) => JSON.parse(line));
  assert.deepEqual(
    lines.map(({ level, time, ...facts }) => facts),
    [
      { msg: 'a fault', index: 0, inputBytes: 7, fault: { kind: 'status', status: 503 } },
      { msg: 'a good answer', index: 1, inputBytes: 7 },
      { msg: 'refused', status: 404, method: 'POST', path: '/elsewhere' },
    ],
  );
});

test('tuohs shoutcloud --quiet says where it listens, and nothing more', async (t) => {
  const program = tuohs(t, ['shoutcloud', '--port', '0', '--quiet']);
  const { url } = await program.logLine('listening');
  await fetch(`${url}/elsewhere`);

  await program.stop();

  assert.equal(program.stdout.length, 1);
});

test('tuohs help shout is tuohs shout --help', async (t) => {
  const [help, option] = [tuohs(t, ['help', 'shout']), tuohs(t, ['shout', '--help'])];

  assert.deepEqual([await help.exitCode, await option.exitCode], [0, 0]);
  assert.deepEqual(help.stdout, option.stdout);
});

test('serve --port wins over PORT, and is checked like it', async (t) => {
  const service = tuohs(t, ['serve', '--embedded-shoutcloud', '--port', '0'], { PORT: 'x' });
  const wrong = tuohs(t, ['serve', '--port', '70000']);

  assert.equal((await fetch((await service.listening()).url)).status, 200);
  assert.equal(await wrong.exitCode, 2);
  assert.match(wrong.stderr.join('\n'), /^tuohs: PORT must be .*, not "70000"$/);
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
