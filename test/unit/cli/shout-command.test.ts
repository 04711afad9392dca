import assert from 'node:assert/strict';
import { readFile, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { type TestContext, test } from 'node:test';
import { newFile } from '../../support/folder.ts';
import { fakeService, type Manner, saying, unreachable } from '../client/fake-service.ts';
import { behindFetch, ran } from './shout-surroundings.ts';

for (const [what, args, input, output] of [
  ['each argument is one text, each answer one line', ['hello', 'a b', ''], '', '<hello>\n<a b>\n<>\n'],
  ['standard input is shouted line by line', [], 'one\n\nthree\nlast', '<one>\n<>\n<three>\n<last>\n'],
  ['an empty input has an empty output', [], '', ''],
] as const) {
  test(what, async (t) => {
    serviceOf(t);

    const said = await ran(['shout', ...args], { input });

    assert.deepEqual(said, { exitCode: 0, stdout: output, stderr: '' });
  });
}

test('--file shouts the lines of a file', async (t) => {
  serviceOf(t);
  const file = await newFile(t, 'one\ntwo\n');

  const said = await ran(['shout', '--file', file]);

  assert.deepEqual(said, { exitCode: 0, stdout: '<one>\n<two>\n', stderr: '' });
});

test('a failed line prints an empty line and its reason, and is added to the file of failed lines', async (t) => {
  serviceOf(t, failingAt('two'));
  const failed = await newFile(t, 'from before\n');

  const said = await ran(['shout', '--failed', failed], { input: 'one\ntwo\r\nthree\n' });

  assert.deepEqual(said, {
    ...{ exitCode: 1, stdout: '<one>\n\n<three>\n' },
    stderr: 'tuohs: line 2: a sentence (UPSTREAM_WRONG)\ntuohs: 1 of 3 failed\n',
  });
  assert.equal(await readFile(failed, 'utf8'), 'from before\ntwo\r\n');
});

test('a line that is not UTF-8 is kept byte for byte, in a file for its owner alone', async (t) => {
  serviceOf(t);
  const failed = await newFile(t);
  const input = Buffer.from('one\nb\xffd\r\nthree\n', 'latin1');

  const { exitCode, stdout, stderr } = await ran(['shout', '--failed', failed], { input });

  assert.deepEqual([exitCode, stdout], [1, '<one>\n\n<three>\n']);
  assert.match(stderr, /^tuohs: line 2: the line is not valid UTF-8 \(BAD_INPUT\)\n/);
  assert.equal(await readFile(failed, 'latin1'), 'b\xffd\r\n');
  assert.equal((await stat(failed)).mode & 0o777, 0o600);
});

const DETAIL = '{"error":"Too large.","code":"TOO_LARGE","detail":"Send less."}';
const REASONS: readonly [what: string, manner: Manner, reason: RegExp][] = [
  ['what the service says in detail', saying(() => DETAIL), /Too large. Send less. \(TOO_LARGE\)/],
  ['an answer of more than one line', saying(() => '{"data":"a\\nb"}'), /more than one line/],
  ['a service that is gone', unreachable, /no answer from .* \(NETWORK\)/],
];
for (const [what, manner, reason] of REASONS) {
  test(`a reason of a failed text: ${what}`, async (t) => {
    serviceOf(t, manner, manner, manner);

    const { exitCode, stdout, stderr } = await ran(['shout', 'one']);

    assert.deepEqual([exitCode, stdout], [1, '\n']);
    assert.match(stderr, new RegExp(`^tuohs: text 1: .*${reason.source}.*\n$`));
  });
}

for (const [what, args, environment, expected] of [
  ['--url', ['--url', 'http://one.test'], { TUOHS_URL: 'http://two.test' }, 'http://one.test/v1/bulk'],
  ['TUOHS_URL', [], { TUOHS_URL: 'http://two.test' }, 'http://two.test/v1/bulk'],
  ['the default', [], {}, 'http://localhost:5000/v1/bulk'],
  ['the default if TUOHS_URL is empty', [], { TUOHS_URL: '' }, 'http://localhost:5000/v1/bulk'],
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
  const file = await newFile(t, 'one\n');

  const { exitCode } = await ran(['shout', '--file', file, '--failed', file]);

  assert.deepEqual([exitCode, await readFile(file, 'utf8')], [2, 'one\n']);
});

test('failed lines that do not fit on the disk end the command with 1 and a sentence that names their file', async (t) => {
  serviceOf(t, failingAt('two'));

  const { exitCode, stderr } = await ran(['shout', '--failed', '/dev/full', 'one', 'two']);

  assert.equal(exitCode, 1);
  assert.match(stderr, /^tuohs: the file of --failed could not be written: ENOSPC.*$/m);
});

function serviceOf(t: TestContext, ...manners: readonly Manner[]): string[] {
  return behindFetch(t, fakeService(...manners).fetch);
}

function failingAt(failing: string): Manner {
  const error = { error: 'a sentence', code: 'UPSTREAM_WRONG' };
  return saying((text) => JSON.stringify(text === failing ? error : { data: `<${text}>` }));
}
