import assert from 'node:assert/strict';
import { PassThrough, Readable, Writable } from 'node:stream';
import { test } from 'node:test';
import { run } from '../../../src/cli/program.ts';
import { settled } from '../../support/fake-clock.ts';

/** Runs `tuohs --help` with this as standard output. */
function help(stdout: Writable) {
  const stderr = new PassThrough();
  const first = Promise.withResolvers<void>();
  const stop = { first: first.promise, second: new Promise<void>(() => {}) };
  const command = { exitCode: undefined as number | undefined, interrupt: first.resolve };
  const ended = run(['--help'], { environment: {}, stdin: Readable.from([]), stdout, stderr, stop });
  void ended.then((code) => {
    command.exitCode = code;
  });
  return Object.assign(command, { ended, said: () => String(stderr.read() ?? '') });
}

/** A reader that reads nothing until `read` is called. */
function stalledReader() {
  const go = Promise.withResolvers<void>();
  let text = '';
  const stdout = new Writable({
    write(chunk, _encoding, done) {
      void go.promise.then(() => {
        text += chunk;
        done();
      });
    },
  });
  return { stdout, read: go.resolve, text: () => text };
}

/** A stream that cannot be written. */
function broken(code: string): Writable {
  const error = Object.assign(new Error(`${code}: write`), { code });
  return new Writable({ write: (_chunk, _encoding, done) => done(error) });
}

test('a command ends when all of its output is written, not before', async () => {
  const { stdout, read, text } = stalledReader();
  const command = help(stdout);
  for (let i = 0; i < 10; i++) await settled();
  assert.equal(command.exitCode, undefined);

  read();

  assert.equal(await command.ended, 0);
  assert.match(text(), /^Usage: tuohs[\s\S]*\n$/);
});

test('a signal ends the wait for a reader that stalls', async () => {
  const command = help(stalledReader().stdout);
  await settled();

  command.interrupt();

  assert.equal(await command.ended, 130);
});

test('a reader that has read enough is not a failure', async () => {
  const command = help(broken('EPIPE'));

  assert.equal(await command.ended, 0);
  assert.equal(command.said(), '');
});

test('output that cannot be written is 1 and a sentence', async () => {
  const command = help(broken('ENOSPC'));

  assert.equal(await command.ended, 1);
  assert.equal(command.said(), 'tuohs: the output could not be written: ENOSPC: write\n');
});
