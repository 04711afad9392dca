import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { PassThrough, Readable } from 'node:stream';
import { type TestContext, test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { shoutRun } from '../../../src/cli/shout-run.ts';
import { createClient } from '../../../src/client/index.ts';
import { settled } from '../../support/fake-clock.ts';
import { newFile } from '../../support/folder.ts';
import { pick } from '../../support/pick.ts';
import { problem } from '../client/fake-service.ts';
import { behindFetch, inputOf, type RunOptions, ran } from './shout-surroundings.ts';

test('each text is one object, in order, with the source of its answer', async (t) => {
  serviceOf(t);

  const { exitCode, results, stderr } = await shoutJson([], { input: 'one\n\ntwo' });

  assert.deepEqual([exitCode, results, stderr], [0, ['one', '', 'two'].map(answered), '']);
});

test('a failure is an object too, is counted, and its line is kept', async (t) => {
  serviceOf(t, (text) => (text === 'bad' ? problem(400, 'BAD_INPUT') : undefined));
  const failed = await newFile(t);
  const input = Buffer.from('one\nbad\n\xff\ntwo\n', 'latin1');

  const { exitCode, results, stderr } = await shoutJson(['--failed', failed], { input });

  assert.equal(exitCode, 1);
  assert.deepEqual(results, [
    answered('one'),
    { error: 'a sentence', code: 'BAD_INPUT', requestId: 'request-1' },
    { error: 'the line is not valid UTF-8', code: 'BAD_INPUT' },
    answered('two'),
  ]);
  assert.equal(stderr, 'tuohs: 2 of 4 failed\n');
  assert.equal(await readFile(failed, 'latin1'), 'bad\n\xff\n');
});

test('16 texts are under way at once, answers keep their order, and a text can have several lines', async (t) => {
  let underWay = 0;
  let most = 0;
  const full = Promise.withResolvers<void>();
  serviceOf(t, async (text) => {
    most = Math.max(most, ++underWay);
    // Waits, so that a 17th request would begin if it could.
    if (underWay === 16) settled().then(settled).then(full.resolve);
    await full.promise;
    // Makes the first answer come after later ones.
    if (text === '0\n') await settled();
    underWay--;
    return undefined;
  });
  const texts = Array.from({ length: 100 }, (_, i) => `${i}\n`);

  const { results } = await shoutJson(texts);

  assert.deepEqual(results, texts.map(answered));
  assert.equal(most, 16);
});

test('a line is answered before the next one has arrived', async (t) => {
  serviceOf(t);
  const answer = Promise.withResolvers<void>();
  async function* input() {
    yield Buffer.from('one\n');
    await answer.promise;
    yield Buffer.from('two\n');
  }

  const { results } = await shoutJson([], { input: Readable.from(input()), onOutput: answer.resolve });

  assert.deepEqual(results, ['one', 'two'].map(answered));
});

test('an interrupt ends the command with 130, and no line says ABORTED', async (t) => {
  const { promise: interrupt, resolve } = Promise.withResolvers<void>();
  serviceOf(t, async (text) => {
    if (text === 'one') return undefined;
    resolve();
    return new Promise(() => {});
  });

  const { exitCode, results } = await shoutJson(['one', 'two'], { interrupt });

  assert.equal(exitCode, 130);
  assert.ok(!pick(results, 'code').includes('ABORTED'));
});

test('an interrupt ends the command while it waits for the next line', async (t) => {
  serviceOf(t);
  const { promise: interrupt, resolve: onOutput } = Promise.withResolvers<void>();

  const { exitCode, results } = await shoutJson([], { input: inputOf('one\n'), interrupt, onOutput });

  assert.deepEqual([exitCode, results], [130, [answered('one')]]);
});

test('an input that fails ends the command, after the answers to the lines before', async (t) => {
  serviceOf(t);
  const input = inputOf('one\ntwo\n', new Error('the disk is gone'));

  const { exitCode, results, stderr } = await shoutJson([], { input });

  assert.deepEqual([exitCode, stderr], [1, 'tuohs: the disk is gone\n']);
  assert.deepEqual(results, ['one', 'two'].map(answered));
});

test('results that are written are not kept in memory', async () => {
  setFlagsFromString('--expose-gc');
  const collectGarbage: () => void = runInNewContext('gc');
  const heaps: number[] = [];
  async function* lines() {
    for (let i = 0; i < 20; i++) {
      yield Array.from({ length: 100 }, (_, at) => ({
        text: `${at}`.repeat(5000),
        raw: undefined,
        bytes: 1,
      }));
      await settled();
      collectGarbage();
      heaps.push(process.memoryUsage().heapUsed);
    }
  }
  const shoutWithDetails = async (text: string) => ({ text, cacheStatus: undefined, requestId: undefined });
  const client = { ...createClient({ baseUrl: 'http://fake' }), shoutWithDetails };
  const [stdout, stderr] = [new PassThrough().resume(), new PassThrough()];
  const never = new Promise<void>(() => {});
  const surroundings = {
    environment: {},
    stop: { first: never, second: never },
    stdout,
    stderr,
    stdin: stdout,
  };

  await shoutRun(
    { noun: 'line', lines: lines(), file: undefined, isTerminal: false },
    { client, isJson: true, failedFile: undefined, surroundings },
  );

  const [before = 0, after = 0] = [heaps[4], heaps.at(-1)];
  assert.ok(after - before < 5_000_000, `${after - before} bytes are kept`);
});

for (const args of [[], ['--json']]) {
  test(`a text that takes longer than --timeout fails: shout ${args}`, async (t) => {
    serviceOf(t, () => new Promise(() => {}));

    const { exitCode, stdout, stderr } = await ran(['shout', ...args, '--timeout', '10ms', 'one']);

    assert.equal(exitCode, 1);
    assert.match(stdout + stderr, /no answer within 10 ms.*TIMEOUT/);
  });
}

/** Replaces `fetch` by a service that answers each text, or sends what `spoil` returns. An aborted signal ends its answer. */
function serviceOf(
  t: TestContext,
  spoil: (text: string) => Response | undefined | Promise<Response | undefined> = () => undefined,
): void {
  behindFetch(t, async (_url, { body, signal } = {}) => {
    const left = new Promise<never>((_, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason));
    });
    const { data } = JSON.parse(String(body));
    const headers = { 'cache-status': 'tuohs; hit', 'x-request-id': 'request-1' };
    const answer = async () => (await spoil(data)) ?? Response.json({ data: `<${data}>` }, { headers });
    return Promise.race([answer(), left]);
  });
}

function answered(text: string) {
  return { data: `<${text}>`, cacheStatus: 'tuohs; hit', requestId: 'request-1' };
}

/** Runs `tuohs shout --json`. Resolves with its exit code, the objects that it prints, and its standard error. */
async function shoutJson(args: readonly string[], options?: RunOptions) {
  const { stdout, ...rest } = await ran(['shout', '--json', ...args], options);
  const lines = stdout.split('\n').slice(0, -1);
  return { ...rest, results: lines.map((line): Record<string, unknown> => JSON.parse(line)) };
}
