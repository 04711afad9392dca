import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { folder } from '../support/folder.ts';
import { ENVIRONMENT, ended, startProgram, tuohs } from '../support/process.ts';
import { ran } from '../unit/cli/shout-surroundings.ts';
import { runningService } from './service.ts';

// Two workers share the port of the service.
const TWO = { WEB_CONCURRENCY: '2' };
const { url } = await runningService({ after }, {}, TWO);

const USAGE = /^Usage: tuohs/;
const NOTHING = /^$/;
const WRONG = /^tuohs: (?!.*error:).+\n$/;

/** The output of commands that end by themselves, and their exit codes. */
const COMMANDS: readonly [line: string, code: number, stdout: RegExp, stderr: RegExp][] = [
  ['', 2, NOTHING, USAGE],
  ['--help', 0, USAGE, NOTHING],
  ['serve --help', 0, USAGE, NOTHING],
  ['shoutcloud --help', 0, USAGE, NOTHING],
  ['watch --help', 0, USAGE, NOTHING],
  ['--version', 0, /^\d+\.\d+\.\d+\n$/, NOTHING],
  ['serve --no-such-option', 2, NOTHING, WRONG],
  ['serve --port 70000', 2, NOTHING, /^tuohs: PORT must be .*, not "70000"\n$/],
  ['shoutcloud --port x', 2, NOTHING, WRONG],
  ['shoutcloud --fault hang@60% close@60%', 2, NOTHING, WRONG],
  ['shoutcloud --host 192.0.2.1', 1, NOTHING, /^tuohs: --host 192\.0\.2\.1 is not an address of this/],
  ['completion no-such-shell', 2, NOTHING, /^tuohs: .*zsh, bash, fish/],
  ['health --timeout 0s', 2, NOTHING, WRONG],
  ['health --url ftp://localhost', 2, NOTHING, WRONG],
  ['health --url http://user:s3cr3t@localhost', 2, NOTHING, /^tuohs: ((?!s3cr3t).)+\n$/],
  ['health --url :5000', 2, NOTHING, WRONG],
];
for (const [line, code, stdout, stderr] of COMMANDS) {
  test(`tuohs ${line} ends with ${code} and the right output`, async () => {
    const said = await ran(line.split(' ').filter(Boolean));

    assert.equal(said.exitCode, code);
    assert.match(said.stdout, stdout);
    assert.match(said.stderr, stderr);
  });
}

test('tuohs help shout is tuohs shout --help', async () => {
  assert.deepEqual(await ran(['help', 'shout']), await ran(['shout', '--help']));
});

const { port } = new URL(url);
const taken = (name: string) => `${name} ${port} is taken: another program listens on it (EADDRINUSE)`;

/** Settings or arguments with an address that is in use or on another machine, and the beginning of the message about it. */
const UNUSABLE: readonly [what: string, Record<string, string>, sentence: string, args?: string[]][] = [
  ['HOST elsewhere', { HOST: '192.0.2.1' }, 'HOST 192.0.2.1 is not an address of this machine'],
  ['ADMIN_HOST elsewhere', { ADMIN_HOST: '192.0.2.1' }, 'ADMIN_HOST 192.0.2.1 is not an address of this'],
  // 192.0.513 is another way to write 192.0.2.1.
  [
    'ADMIN_HOST that leads elsewhere',
    { ADMIN_HOST: '192.0.513', ADMIN_PORT: port },
    'ADMIN_HOST 192.0.2.1 is not',
  ],
  ['HOST nowhere', { HOST: 'no-such.invalid' }, 'HOST no-such.invalid is not the name of an address'],
  ['taken PORT', { PORT: port }, taken('PORT')],
  ['taken ADMIN_PORT', { ADMIN_PORT: port }, taken('ADMIN_PORT')],
  ['taken --port of a SHOUTCLOUD', {}, taken('--port'), ['shoutcloud', '--port', port]],
];
for (const [what, own, sentence, args = ['serve']] of UNUSABLE) {
  test(`a ${what} ends the command with 1 and a sentence`, async () => {
    const environment = { ...ENVIRONMENT, LOG_LEVEL: 'silent', ...own };

    const { exitCode, stderr } = await ran(args, { environment });

    assert.equal(exitCode, 1);
    assert.match(stderr, /^.+\n$/);
    assert.ok(stderr.startsWith(`tuohs: ${sentence}`), stderr);
  });
}

for (const name of ['PORT', 'ADMIN_PORT']) {
  test(`a taken ${name} ends two processes with 1 and a sentence`, async (t) => {
    const { code, stderr } = await ended(tuohs(t, ['serve'], { ...TWO, LOG_LEVEL: 'silent', [name]: port }));

    assert.equal(code, 1);
    assert.equal(stderr, `tuohs: ${taken(name)}`);
  });
}

test('shoutcloud shouts until a signal, and logs each request and its fault, but no text', async (t) => {
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
  assert.deepEqual(
    program.log.slice(1).map(({ level, time, ...facts }) => facts),
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

test('npm start serves with the settings of the environment until npm gets a signal', async (t) => {
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

test('npm start without packages names the command that installs them', async (t) => {
  const empty = await folder(t);
  await copyFile('package.json', join(empty, 'package.json'));

  const said = await ended(startProgram(t, { command: 'npm', args: ['start', '--prefix', empty] }));

  assert.equal(said.code, 1);
  assert.match(said.stderr, /run make install first/);
});

const skip = spawnSync('sh', ['-c', 'test -w /dev/full']).status === 0 ? false : 'there is no /dev/full';
const FULL: readonly [line: string, code: number, stderr: RegExp][] = [
  ['--help > /dev/full', 1, /^tuohs: .*ENOSPC.*$/],
  ['shout hello > /dev/full', 1, /^tuohs: the output could not be written: ENOSPC.*$/],
  ['health --timeout 0s 2> /dev/full', 2, NOTHING],
];
for (const [line, code, stderr] of FULL) {
  test(`tuohs ${line} ends with ${code}`, { skip }, async (t) => {
    const command = `exec "${process.execPath}" src/main.ts ${line}`;
    const shell = { command: 'sh', args: ['-c', command], environment: { TUOHS_URL: url } };

    const said = await ended(startProgram(t, shell));

    assert.equal(said.code, code);
    assert.match(said.stderr, stderr);
  });
}
