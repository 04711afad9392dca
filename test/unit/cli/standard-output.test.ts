import assert from 'node:assert/strict';
import { PassThrough, Readable, Writable } from 'node:stream';
import { test } from 'node:test';
import { run } from '../../../src/cli/program.ts';
import { soFar } from '../../support/layer.ts';

/** Runs `tuohs --help` with this stream as standard output. */
function help(stdout: Writable) {
  const stderr = new PassThrough();
  const first = Promise.withResolvers<void>();
  const stop = { first: first.promise, second: new Promise<void>(() => {}) };
  const exitCode = run(['--help'], { environment: {}, stdin: Readable.from([]), stdout, stderr, stop });
  return { exitCode, interrupt: first.resolve, said: () => String(stderr.read() ?? '') };
}

/** A stream that takes nothing until `read` is called. `begun` resolves at the first write. */
function stalledReader() {
  const [begun, go] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let text = '';
  const stdout = new Writable({
    async write(chunk, _encoding, done) {
      begun.resolve();
      await go.promise;
      text += chunk;
      done();
    },
  });
  return { stdout, begun: begun.promise, read: go.resolve, text: () => text };
}

test('a command ends when all of its output is written, not before', async () => {
  const { stdout, begun, read, text } = stalledReader();
  const { exitCode } = help(stdout);
  await begun;
  const before = await soFar(exitCode);

  read();

  assert.deepEqual([before, await exitCode], ['waits', 0]);
  assert.match(text(), /^Usage: tuohs[\s\S]*\n$/);
});

test('a signal ends the wait for a reader that stalls', async () => {
  const { stdout, begun } = stalledReader();
  const { exitCode, interrupt } = help(stdout);
  await begun;

  interrupt();

  assert.equal(await exitCode, 130);
});

const NOT_WRITTEN = 'tuohs: the output could not be written: ENOSPC: write\n';
for (const [what, code, expected, sentence] of [
  ['a reader that has read enough is not a failure', 'EPIPE', 0, ''],
  ['output that cannot be written is 1 and a sentence', 'ENOSPC', 1, NOT_WRITTEN],
] as const) {
  test(what, async () => {
    const error = Object.assign(new Error(`${code}: write`), { code });
    const { exitCode, said } = help(new Writable({ write: (_chunk, _encoding, done) => done(error) }));

    assert.deepEqual([await exitCode, said()], [expected, sentence]);
  });
}
