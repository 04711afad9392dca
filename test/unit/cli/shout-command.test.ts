import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { type TestContext, test } from 'node:test';
import { folder } from '../../support/folder.ts';
import { fakeService, type Manner } from '../client/fake-service.ts';
import { ran } from './shout-surroundings.ts';

test('each argument is one text, each answer one line', async (t) => {
  serviceOf(t);

  const { exitCode, stdout, stderr } = await ran(['shout', 'hello', 'good morning', '']);

  assert.deepEqual([exitCode, stdout, stderr], [0, '<hello>\n<good morning>\n<>\n', '']);
});

test('standard input is shouted line by line, in order, empty lines too', async (t) => {
  serviceOf(t);

  const { exitCode, stdout } = await ran(['shout'], { input: 'one\n\nthree\nlast' });

  assert.deepEqual([exitCode, stdout], [0, '<one>\n<>\n<three>\n<last>\n']);
});

test('no input is no output', async (t) => {
  serviceOf(t);

  const { exitCode, stdout, stderr } = await ran(['shout'], { input: '' });

  assert.deepEqual([exitCode, stdout, stderr], [0, '', '']);
});

test('--file shouts the lines of a file', async (t) => {
  serviceOf(t);
  const file = await fileWith(t, 'one\ntwo\n');

  const { exitCode, stdout } = await ran(['shout', '--file', file]);

  assert.deepEqual([exitCode, stdout], [0, '<one>\n<two>\n']);
});

test('a line break of DOS is none of the text', async (t) => {
  serviceOf(t);

  const { stdout } = await ran(['shout'], { input: 'one\r\ntwo\r\n' });

  assert.equal(stdout, '<one>\n<two>\n');
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
    `tuohs: run the failed lines again: tuohs shout --file ${failed}`,
    '',
  ]);
  assert.equal(await readFile(failed, 'utf8'), 'from before\ntwo\r\n');
});

test('the command that runs failed lines again can be pasted into a shell, and asks the same service', async (t) => {
  serviceOf(t, { kind: 'lines', line: failingAt('one') });
  const folder = await mkdtemp(join(tmpdir(), "tuohs it's "));
  t.after(() => rm(folder, { recursive: true }));
  const failed = join(folder, 'failed.txt');

  const { stderr } = await ran(['shout', 'one', '--failed', failed, '--url', 'http://one.test']);

  const command = stderr.trimEnd().split('run the failed lines again: ')[1] ?? '';
  const words = spawnSync('sh', ['-c', `printf '%s\\n' ${command}`], { encoding: 'utf8' }).stdout.split('\n');
  assert.deepEqual(words, ['tuohs', 'shout', '--file', failed, '--url', 'http://one.test', '']);
});

test('nothing is to be run again where no line was kept', async (t) => {
  serviceOf(t);
  const failed = await fileWith(t, '');

  const { stderr } = await ran(['shout', 'one', '--failed', failed]);

  assert.equal(stderr, '');
});

test('a reason holds what the service says in detail', async (t) => {
  const line = () => JSON.stringify({ error: 'Too large.', code: 'TOO_LARGE', detail: 'Send less.' });
  serviceOf(t, { kind: 'lines', line });

  const { stderr } = await ran(['shout', 'one']);

  assert.equal(stderr, 'tuohs: text 1: Too large. Send less. (TOO_LARGE)\n');
});

test('a line that is not UTF-8 fails, and is kept byte for byte', async (t) => {
  serviceOf(t);
  const failed = await fileWith(t, '');
  const input = Buffer.from('one\nb\xffd\r\nthree\n', 'latin1');

  const { exitCode, stdout, stderr } = await ran(['shout', '--failed', failed], { input });

  assert.deepEqual([exitCode, stdout], [1, '<one>\n\n<three>\n']);
  assert.match(stderr, /^tuohs: line 2: the line is not valid UTF-8\n/);
  assert.equal(await readFile(failed, 'latin1'), 'b\xffd\r\n');
});

test('an answer of more than one line fails, so that each line stays one line', async (t) => {
  serviceOf(t, { kind: 'lines', line: () => '{"data":"a\\nb"}' });

  const { exitCode, stdout, stderr } = await ran(['shout'], { input: 'one\n' });

  assert.deepEqual([exitCode, stdout], [1, '\n']);
  assert.match(stderr, /more than one line/);
});

test('without a service every line fails', async (t) => {
  serviceOf(t, ...Array.from({ length: 9 }, () => ({ kind: 'unreachable' }) as const));

  const { exitCode, stdout, stderr } = await ran(['shout'], { input: 'one\ntwo\n' });

  assert.deepEqual([exitCode, stdout], [1, '\n\n']);
  assert.match(stderr, /^tuohs: line 1: no answer from .* \(NETWORK\)\n/);
});

test('an input that fails ends the command, behind the answers of what came before', async (t) => {
  serviceOf(t);
  async function* input() {
    yield Buffer.from('one\ntwo\n');
    throw new Error('the disk is gone');
  }

  const { exitCode, stdout, stderr } = await ran(['shout'], { input: Readable.from(input()) });

  assert.deepEqual([exitCode, stdout, stderr], [1, '<one>\n<two>\n', 'tuohs: the disk is gone\n']);
});

test('an interrupt ends it with 130 and leaves what was answered', async (t) => {
  const { fetch } = fakeService();
  const interrupt = Promise.withResolvers<void>();
  t.mock.method(globalThis, 'fetch', fetch);
  async function* input() {
    yield Buffer.from('one\ntwo\n');
    await new Promise(() => {});
  }

  const { exitCode, stdout, stderr } = await ran(['shout'], {
    input: Readable.from(input()),
    interrupt: interrupt.promise,
    onOutput: interrupt.resolve,
  });

  assert.deepEqual([exitCode, stdout], [130, '<one>\n<two>\n']);
  assert.equal(stderr, 'tuohs: interrupted; the output has 2 lines, go on with line 3\n');
});

for (const [what, args, environment, expected] of [
  ['--url', ['--url', 'http://one.test'], { TUOHS_URL: 'http://two.test' }, 'http://one.test/v1/bulk'],
  ['TUOHS_URL', [], { TUOHS_URL: 'http://two.test' }, 'http://two.test/v1/bulk'],
  ['nothing', [], {}, 'http://localhost:5000/v1/bulk'],
] as const) {
  test(`${what} says where the service is`, async (t) => {
    const calls = serviceOf(t);

    await ran(['shout', 'a', ...args], { environment });

    assert.equal(calls[0], expected);
  });
}

for (const [what, args] of [
  ['texts and a file', ['a', '--file', 'b']],
  ['a file that is not there', ['--file', '/no/such/file']],
  ['a folder', ['--file', tmpdir()]],
  ['a text of two lines', ['a\nb']],
  ['an address that is none', ['a', '--url', 'ftp://localhost']],
  ['a file for failed lines that cannot be written', ['a', '--failed', '/no/such/folder/file']],
] as const) {
  test(`${what} is wrong usage`, async (t) => {
    const calls = serviceOf(t);

    const { exitCode, stdout, stderr } = await ran(['shout', ...args]);

    assert.deepEqual([exitCode, stdout, calls], [2, '', []]);
    assert.match(stderr, /^tuohs: /);
  });
}

test('failed lines cannot go to the file that is read', async (t) => {
  serviceOf(t);
  const file = await fileWith(t, 'one\n');

  const { exitCode } = await ran(['shout', '--file', file, '--failed', file]);

  assert.equal(exitCode, 2);
  assert.equal(await readFile(file, 'utf8'), 'one\n');
});

/** Puts a fake service behind `fetch`; the addresses that were asked. */
function serviceOf(t: TestContext, ...manners: Manner[]): string[] {
  const calls: string[] = [];
  const { fetch } = fakeService(...manners);
  t.mock.method(globalThis, 'fetch', (...[url, init]: Parameters<typeof globalThis.fetch>) => {
    calls.push(String(url));
    return fetch(url, init);
  });
  return calls;
}

function failingAt(failing: string): (text: string) => string {
  return (text) =>
    JSON.stringify(
      text === failing ? { error: 'a sentence', code: 'UPSTREAM_TIMEOUT' } : { data: `<${text}>` },
    );
}

async function fileWith(t: TestContext, content: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tuohs-shout-'));
  t.after(() => rm(folder, { recursive: true }));
  const path = join(folder, 'lines.txt');
  await writeFile(path, content);
  return path;
}

test('the file for failed lines is for its owner alone', async (t) => {
  serviceOf(t, { kind: 'lines', line: failingAt('two') });
  const failed = join(await folder(t), 'failed.txt');

  await ran(['shout', '--failed', failed, 'one', 'two']);

  assert.equal((await stat(failed)).mode & 0o777, 0o600);
});
