import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { after, test } from 'node:test';
import { ended, startProgram, tuohs } from '../support/process.ts';
import { runningService } from './service.ts';

const { url, shoutcloud } = await runningService({ after });

const USAGE = /^Usage: tuohs/;
const NOTHING = /^$/;

/** What a command that ends by itself writes, and its exit code. */
const COMMANDS: readonly [line: string, code: number, stdout: RegExp, stderr: RegExp][] = [
  ['', 2, NOTHING, USAGE],
  ['--help', 0, USAGE, NOTHING],
  ['serve --help', 0, USAGE, NOTHING],
  ['shoutcloud --help', 0, USAGE, NOTHING],
  ['watch --help', 0, USAGE, NOTHING],
  ['--version', 0, /^\d+\.\d+\.\d+$/, NOTHING],
  ['no-such-command', 2, NOTHING, /^tuohs: (?!.*error:)/],
  ['serve --no-such-option', 2, NOTHING, /^tuohs: (?!.*error:)/],
  ['serve --port 70000', 2, NOTHING, /^tuohs: PORT must be .*, not "70000"$/],
  ['shoutcloud --port x', 2, NOTHING, /^tuohs: (?!.*error:)/],
  ['shoutcloud --fault hang@60% close@60%', 2, NOTHING, /^tuohs: (?!.*error:)/],
  [
    'shoutcloud --host 192.0.2.1',
    1,
    NOTHING,
    /^tuohs: --host 192\.0\.2\.1 is not an address of this machine.*$/,
  ],
  ['completion no-such-shell', 2, NOTHING, /^tuohs: .*zsh, bash, fish/],
  ['health --timeout 0s', 2, NOTHING, /^tuohs: .+$/],
  ['health --url ftp://localhost', 2, NOTHING, /^tuohs: .+$/],
  ['health --url http://user:s3cr3t@localhost', 2, NOTHING, /^tuohs: ((?!s3cr3t).)+$/],
  ['health --url :5000', 2, NOTHING, /^tuohs: .+$/],
];
for (const [line, code, stdout, stderr] of COMMANDS) {
  test(`tuohs ${line} ends with ${code} and says what there is to say`, async (t) => {
    const said = await ended(tuohs(t, line.split(' ').filter(Boolean)));

    assert.equal(said.code, code);
    assert.match(said.stdout, stdout);
    assert.match(said.stderr, stderr);
  });
}

test('tuohs help shout is tuohs shout --help', async (t) => {
  const [help, option] = [tuohs(t, ['help', 'shout']), tuohs(t, ['shout', '--help'])];

  assert.deepEqual(await ended(help), await ended(option));
});

const UNUSABLE: readonly [Record<string, string>, RegExp][] = [
  [{ HOST: '192.0.2.1' }, /^tuohs: HOST 192\.0\.2\.1 is not an address of this machine.*$/],
  [{ HOST: 'no-such-host.invalid' }, /^tuohs: HOST no-such-host\.invalid is not the name of an address.*$/],
  [{ ADMIN_HOST: '192.0.2.1' }, /^tuohs: ADMIN_HOST 192\.0\.2\.1 is not an address of this machine.*$/],
];
for (const [environment, sentence] of UNUSABLE) {
  test(`serve with ${JSON.stringify(environment)} is 1 and a sentence`, async (t) => {
    const { code, stderr } = await ended(tuohs(t, ['serve'], { LOG_LEVEL: 'silent', ...environment }));

    assert.equal(code, 1);
    assert.match(stderr, sentence);
  });
}

for (const WEB_CONCURRENCY of ['1', '2']) {
  for (const name of ['PORT', 'ADMIN_PORT']) {
    test(`${name} that is taken ends ${WEB_CONCURRENCY} processes with 1 and a sentence`, async (t) => {
      const { port } = new URL(url);

      const second = tuohs(t, ['serve'], { WEB_CONCURRENCY, LOG_LEVEL: 'silent', [name]: port });

      const { code, stderr } = await ended(second);
      const sentence = `tuohs: ${name} ${port} is taken: another program listens on it (EADDRINUSE)`;
      assert.deepEqual([code, stderr], [1, sentence]);
    });
  }
}

test('shoutcloud on a port that is taken is 1 and a sentence', async (t) => {
  const { port } = shoutcloud;

  const { code, stderr } = await ended(tuohs(t, ['shoutcloud', '--port', `${port}`]));

  const sentence = `tuohs: --port ${port} is taken: another program listens on it (EADDRINUSE)`;
  assert.deepEqual([code, stderr], [1, sentence]);
});

test('shoutcloud shouts until it is told to stop, and logs each request and the fault it plays, but no text', async (t) => {
  const program = tuohs(t, ['shoutcloud', '--port', '0', '--script', 'status=503 ok']);
  const { url } = await program.logLine('listening');
  const headers = { 'content-type': 'application/json' };
  const answers: string[] = [];
  for (const path of ['/V1/SHOUT', '/V1/SHOUT', '/elsewhere']) {
    const answer = await fetch(`${url}${path}`, { method: 'POST', headers, body: '{"INPUT":"secrét"}' });
    answers.push(await answer.text());
  }

  assert.equal(await program.stop(), 0);
  assert.equal(answers[1], '{"INPUT":"secrét","OUTPUT":"SECRÉT"}');
  const lines = program.stdout.slice(1).map((line) => JSON.parse(line));
  assert.deepEqual(
    lines.map(({ level, time, ...facts }) => facts),
    [
      { msg: 'a fault', index: 0, inputBytes: 7, fault: 'status=503' },
      { msg: 'a good answer', index: 1, inputBytes: 7 },
      { msg: 'refused', status: 404, method: 'POST', path: '/elsewhere' },
    ],
  );
});

test('shoutcloud --quiet says where it listens, and nothing more', async (t) => {
  const program = tuohs(t, ['shoutcloud', '--port', '0', '--quiet']);
  await fetch(`${(await program.logLine('listening')).url}/elsewhere`);

  await program.stop();

  assert.equal(program.stdout.length, 1);
});

test('serve --port wins over PORT', async (t) => {
  const service = tuohs(t, ['serve', '--embedded-shoutcloud', '--port', '0'], { PORT: 'x' });

  assert.equal((await fetch((await service.listening()).url)).status, 200);
});

test('npm start serves with the settings of the environment until npm is told to stop', async (t) => {
  const ports = { HOST: '127.0.0.1', PORT: '0', ADMIN_PORT: '0', SHOUTCLOUD_URL: 'http://127.0.0.1:1' };
  const quiet = { npm_config_update_notifier: 'false', npm_config_logs_max: '0' };
  const environment = { ...ports, ...quiet, DRAIN_MS: '0' };
  const program = startProgram(t, { command: 'npm', args: ['start'], environment });

  const { url } = await program.listening();
  const { status } = await fetch(url);
  await program.stop();

  assert.equal(status, 200);
  assert.equal(program.log.at(-1)?.msg, 'closed');
  await assert.rejects(fetch(url));
});

const skip = spawnSync('sh', ['-c', 'test -w /dev/full']).status === 0 ? false : 'there is no /dev/full';
for (const line of ['openapi', '--help', '--version', 'shout --help', 'health', 'shout hello']) {
  test(`${line} on a full disk is 1 and a sentence`, { skip }, async (t) => {
    const command = `exec "${process.execPath}" src/main.ts ${line} > /dev/full`;
    const shell = { command: 'sh', args: ['-c', command], environment: { TUOHS_URL: url } };

    const { code, stderr } = await ended(startProgram(t, shell));

    assert.equal(code, 1);
    assert.match(stderr, /^tuohs: .*ENOSPC.*$/);
  });
}

test('a standard error that cannot be written changes no exit code', { skip }, async (t) => {
  const command = `exec "${process.execPath}" src/main.ts health --timeout 0s 2> /dev/full`;

  const { code } = await ended(startProgram(t, { command: 'sh', args: ['-c', command] }));

  assert.equal(code, 2);
});
