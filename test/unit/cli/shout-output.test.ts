import assert from 'node:assert/strict';
import { PassThrough, Writable } from 'node:stream';
import { test } from 'node:test';
import { type BufferedOutput, bufferedOutput, progressBar } from '../../../src/cli/shout-output.ts';
import { systemClock } from '../../../src/core/clock.ts';
import { fakeClock, settled } from '../../support/fake-clock.ts';

const KIBIBYTE = 'x'.repeat(1023).concat('\n');

test('everything that is written in one turn travels in one piece', async () => {
  const { stream, pieces } = recorder();
  const output = outputTo(stream);

  output.write('a\n');
  output.write(Buffer.from('b\n'));
  await output.flushed();

  assert.equal(pieces[0], 'a\nb\n');
});

test('a reader that does not read makes the writer wait, until it does', async () => {
  const stream = new PassThrough();
  const output = outputTo(stream);

  let room: Promise<unknown> | undefined;
  let written = 0;
  for (; !room && written < 1000; written++) room = output.write(KIBIBYTE);
  stream.resume();
  await room;

  assert.ok(written < 200, `${written} KiB were taken`);
});

test('a reader that leaves is reported once, and does not make the writer wait', async () => {
  const problems: string[] = [];
  const stream = new PassThrough();
  const output = outputTo(stream, (error) => problems.push(error.message));

  let room: Promise<unknown> | undefined;
  while (!room) room = output.write(KIBIBYTE);
  stream.destroy(new Error('gone'));
  await room;
  output.write('more\n');
  await output.flushed();

  assert.deepEqual(problems, ['gone']);
});

test('a stream that refuses each write is reported once, and gets no more', async () => {
  const problems: string[] = [];
  const { stream, pieces } = recorder(new Error('gone'));
  const output = outputTo(stream, (error) => problems.push(error.message));

  const held: number[] = [];
  for (const line of ['a\n', 'b\n']) {
    output.write(line);
    await output.flushed();
    await settled();
    held.push(stream.writableLength);
  }

  assert.deepEqual([problems, pieces], [['gone'], ['a\n']]);
  assert.equal(held[1], held[0]);
});

for (const [what, totalBytes, progress, ms, words] of [
  [
    'the share, the lines, the rate and the time left',
    1000,
    { lines: 5000, bytes: 250 },
    2000,
    '[======------------------] 25 % · 5,000 lines · 2,500 lines/s · 6s left',
  ],
  ['minutes', 126, { lines: 1, bytes: 1 }, 1000, '· 2m 5s left'],
  ['hours', 7261, { lines: 1, bytes: 1 }, 1000, '· 2h 1m left'],
  ['no bar for an input of unknown size', undefined, { lines: 2, bytes: 1 }, 1000, '2 lines · 2 lines/s\x1b'],
] as const) {
  test(`the bar shows ${what}`, async () => {
    const shown = shownBar(totalBytes);

    Object.assign(shown.progress, progress);
    await shown.clock.advance(ms);
    shown.bar.stop();

    assert.ok(shown.screen().includes(words), shown.screen());
    assert.equal(shown.clock.timers(), 0);
  });
}

test('a line that is written meanwhile replaces the bar, which is shown again below it', async () => {
  const { screen, bar, terminal } = shownBar(undefined);
  const before = screen().length;

  bar.above(() => terminal.write('a reason\n'));

  assert.equal(screen().slice(before), '\x1b[2K\x1b[1Ga reason\n\x1b[1G0 lines · 0 lines/s\x1b[0K');
  bar.stop();
});

/** A stream that keeps what is written, and says that each write failed if there is an error. */
function recorder(error: Error | null = null) {
  const pieces: string[] = [];
  const stream = new Writable({
    autoDestroy: false,
    write(chunk, _encoding, done) {
      pieces.push(String(chunk));
      done(error);
    },
  });
  return { stream, pieces };
}

function outputTo(stream: Writable, onBroken: (error: Error) => void = () => {}): BufferedOutput {
  return bufferedOutput(stream, { clock: systemClock, around: (write) => write(), onBroken });
}

function shownBar(totalBytes: number | undefined) {
  const terminal = new PassThrough();
  let text = '';
  terminal.on('data', (chunk) => {
    text += chunk;
  });
  const progress = { lines: 0, bytes: 0 };
  const clock = fakeClock();
  return {
    ...{ terminal, progress, clock, screen: () => text },
    bar: progressBar({ terminal, totalBytes, progress, clock }),
  };
}
