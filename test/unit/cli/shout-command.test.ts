import assert from 'node:assert/strict';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { folder } from '../../support/folder.ts';
import { fakeService, type Manner } from '../client/fake-service.ts';
import { behindFetch, inputOf, ran } from './shout-surroundings.ts';

for (const [what, args, input, output] of [
  ['each argument is one text, each answer one line', ['hello', 'a b', ''], '', '<hello>\n<a b>\n<>\n'],
  ['standard input is shouted line by line', [], 'one\n\nthree\nlast', '<one>\n<>\n<three>\n<last>\n'],
  ['an empty input has an empty output', [], '', ''],
  ['CRLF ends a line, too', [], 'one\r\ntwo\r\n', '<one>\n<two>\n'],
] as const) {
  test(what, async (t) => {
    serviceOf(t);

    const { exitCode, stdout, stderr } = await ran(['shout', ...args], { input });

    assert.deepEqual([exitCode, stdout, stderr], [0, output, '']);
  });
}

test('--file shouts the lines of a file', async (t) => {
  serviceOf(t);
  const file = await fileWith(t, 'one\ntwo\n');

  const { exitCode, stdout, stderr } = await ran(['shout', '--file', file]);

  assert.deepEqual([exitCode, stdout, stderr], [0, '<one>\n<two>\n', '']);
});

test('a failed line leaves an empty line, its reason, and itself in the file for failed ones', async (t) => {
  serviceOf(t, { kind: 'lines', line: failingAt('two') });
  const failed = await fileWith(t, 'from before\n');

  const { exitCode, stdout, stderr } = await ran(['shout', '--failed', failed], {
    input: 'one\ntwo\r\nthree\n',
  });

  assert.deepEqual([exitCode, stdout], [1, '<one>\n\n<three>\n']);
  assert.deepEqual(stderr.split('\n'), [
    'tuohs: line 2: a sentence (UPSTREAM_TIMEOUT)',
    'tuohs: 1 of 3 failed',
    '',
  ]);
  assert.equal(await readFile(failed, 'utf8'), 'from before\ntwo\r\n');
});

test('the file for failed lines is for its owner alone', async (t) => {
  serviceOf(t, { kind: 'lines', line: failingAt('one') });
  const failed = join(await folder(t), 'failed.txt');

  await ran(['shout', 'one', '--failed', failed]);

  assert.equal((await stat(failed)).mode & 0o777, 0o600);
});

test('a line that is not UTF-8 fails, and is kept byte for byte', async (t) => {
  serviceOf(t);
  const failed = await fileWith(t, '');
  const input = Buffer.from('one\nb\xffd\r\nthree\n', 'latin1');

  const { exitCode, stdout, stderr } = await ran(['shout', '--failed', failed], { input });

  assert.deepEqual([exitCode, stdout], [1, '<one>\n\n<three>\n']);
  assert.match(stderr, /^tuohs: line 2: the line is not valid UTF-8 \(BAD_INPUT\)\n/);
  assert.equal(await readFile(failed, 'latin1'), 'b\xffd\r\n');
});

const DETAIL = { error: 'Too large.', code: 'TOO_LARGE', detail: 'Send less.' };
const UNREACHABLE = Array<Manner>(3).fill({ kind: 'unreachable' });
for (const [what, manners, reason] of [
  [
    'what the service says in detail',
    [{ kind: 'lines', line: () => JSON.stringify(DETAIL) }],
    /Too large. Send less. \(TOO_LARGE\)/,
  ],
  [
    'an answer of more than one line',
    [{ kind: 'lines', line: () => '{"data":"a\\nb"}' }],
    /more than one line/,
  ],
  ['a service that is gone', UNREACHABLE, /no answer from .* \(NETWORK\)/],
] as const) {
  test(`a reason of a failed text: ${what}`, async (t) => {
    serviceOf(t, ...manners);

    const { exitCode, stdout, stderr } = await ran(['shout', 'one']);

    assert.deepEqual([exitCode, stdout], [1, '\n']);
    assert.match(stderr, new RegExp(`^tuohs: text 1: .*${reason.source}.*\n$`));
  });
}

test('an input that fails ends the command, after the answers to the lines before', async (t) => {
  serviceOf(t);
  const input = inputOf('one\ntwo\n', new Error('the disk is gone'));

  const { exitCode, stdout, stderr } = await ran(['shout'], { input });

  assert.deepEqual([exitCode, stdout, stderr], [1, '<one>\n<two>\n', 'tuohs: the disk is gone\n']);
});

test('an interrupt ends it with 130 and leaves what was answered', async (t) => {
  serviceOf(t);
  const { promise: interrupt, resolve: onOutput } = Promise.withResolvers<void>();

  const { exitCode, stdout, stderr } = await ran(['shout'], {
    input: inputOf('one\ntwo\n'),
    interrupt,
    onOutput,
  });

  assert.deepEqual([exitCode, stdout], [130, '<one>\n<two>\n']);
  assert.equal(stderr, 'tuohs: interrupted; the output has 2 lines, go on with line 3\n');
});

for (const [what, args, environment, expected] of [
  ['--url', ['--url', 'http://one.test'], { TUOHS_URL: 'http://two.test' }, 'http://one.test/v1/bulk'],
  ['TUOHS_URL', [], { TUOHS_URL: 'http://two.test' }, 'http://two.test/v1/bulk'],
  ['the default', [], {}, 'http://localhost:5000/v1/bulk'],
] as const) {
  test(`the address of the service comes from ${what}`, async (t) => {
    const asked = serviceOf(t);

    await ran(['shout', 'a', ...args], { environment });

    assert.equal(asked[0], expected);
  });
}

for (const [what, args] of [
  ['texts and a file', ['a', '--file', 'b']],
  ['a file that is not there', ['--file', '/no/such/file']],
  ['a folder', ['--file', tmpdir()]],
  ['a text of two lines', ['a\nb']],
  ['an address that is not http', ['a', '--url', 'ftp://localhost']],
  ['a file for failed lines that cannot be written', ['a', '--failed', '/no/such/folder/file']],
] as const) {
  test(`${what} is wrong usage`, async (t) => {
    const asked = serviceOf(t);

    const { exitCode, stdout, stderr } = await ran(['shout', ...args]);

    assert.deepEqual([exitCode, stdout, asked], [2, '', []]);
    assert.match(stderr, /^tuohs: /);
  });
}

test('failed lines cannot go to the file that is read', async (t) => {
  serviceOf(t);
  const file = await fileWith(t, 'one\n');

  const { exitCode } = await ran(['shout', '--file', file, '--failed', file]);

  assert.deepEqual([exitCode, await readFile(file, 'utf8')], [2, 'one\n']);
});

function serviceOf(t: TestContext, ...manners: readonly Manner[]): string[] {
  return behindFetch(t, fakeService(...manners).fetch);
}

function failingAt(failing: string): (text: string) => string {
  const error = { error: 'a sentence', code: 'UPSTREAM_TIMEOUT' };
  return (text) => JSON.stringify(text === failing ? error : { data: `<${text}>` });
}

async function fileWith(t: TestContext, content: string): Promise<string> {
  const path = join(await folder(t), 'lines.txt');
  await writeFile(path, content);
  return path;
}
