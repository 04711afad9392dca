import assert from 'node:assert/strict';
import { PassThrough, Writable } from 'node:stream';
import { test } from 'node:test';
import { type BufferedOutput, bufferedOutput } from '../../../src/cli/shout-output.ts';
import { systemClock } from '../../../src/core/clock.ts';

const KIBIBYTE = 'x'.repeat(1023).concat('\n');

test('what is written in one turn travels in one piece', async () => {
  const pieces: string[] = [];
  const output = outputTo(
    new Writable({
      write(chunk, _encoding, done) {
        pieces.push(String(chunk));
        done();
      },
    }),
  );

  output.write('a\n');
  output.write(Buffer.from('b\n'));
  await output.flushed();

  assert.equal(pieces[0], 'a\nb\n');
});

test('a reader that does not read makes the writer wait, until it does', async () => {
  const stream = new PassThrough();
  const output = outputTo(stream);

  let room: Promise<void> | undefined;
  let written = 0;
  for (; !room && written < 1000; written++) room = output.write(KIBIBYTE);
  stream.resume();
  await room;

  assert.ok(written < 200, `${written} KiB were taken`);
});

test('a reader that leaves is told once, and nobody waits for it', async () => {
  const problems: string[] = [];
  const stream = new PassThrough();
  const output = outputTo(stream, (error) => problems.push(error.message));

  let room: Promise<void> | undefined;
  while (!room) room = output.write(KIBIBYTE);
  stream.destroy(new Error('gone'));
  await room;
  output.write('more\n');
  await output.flushed();

  assert.deepEqual(problems, ['gone']);
});

function outputTo(
  stream: NodeJS.WritableStream,
  onBroken: (error: Error) => void = () => {},
): BufferedOutput {
  return bufferedOutput(stream, { clock: systemClock, around: (write) => write(), onBroken });
}
