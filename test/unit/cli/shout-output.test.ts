import assert from 'node:assert/strict';
import { PassThrough, Readable, Writable } from 'node:stream';
import { test } from 'node:test';
import { joinedOutput, progressBar } from '../../../src/cli/shout-output.ts';
import { systemClock } from '../../../src/core/clock.ts';
import { fakeClock, settled } from '../../support/fake-clock.ts';
import { until } from '../../support/until.ts';
import { fakeService } from '../client/fake-service.ts';
import { behindFetch, ran } from './shout-surroundings.ts';

/** A thousand lines. */
const LINES = 'hello\n'.repeat(1000);

test('everything that is written in one turn travels in one piece', async () => {
  const pieces: string[] = [];
  const stream = new Writable({
    write(chunk, _encoding, done) {
      pieces.push(String(chunk));
      done();
    },
  });
  const output = joinedOutput(stream, systemClock);

  output.write('a\n');
  output.write('b\n');
  await settled();
  output.write('c\n');
  output.flush();

  assert.deepEqual(pieces, ['a\nb\n', 'c\n']);
});

test('lines are read no faster than their answers', async (t) => {
  behindFetch(t, fakeService().fetch);
  let taken = 0;
  function* chunks() {
    for (; taken < 60; taken++) yield Buffer.from(LINES);
  }
  const stdout = new PassThrough();

  const ended = ran(['shout'], { input: Readable.from(chunks()), stdout });
  await until(t, () => stdout.writableNeedDrain);
  await settled();
  const takenBefore = taken;
  stdout.resume();

  assert.equal((await ended).exitCode, 0);
  assert.ok(takenBefore < 50, `${takenBefore} of 60 chunks were taken`);
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
    shown.stop();

    assert.ok(shown.screen().includes(words), shown.screen());
    assert.equal(shown.clock.timers(), 0);
  });
}

for (const [columns, words] of [
  [40, '25 % · 5,000 lines · 6s left'],
  [28, '25 %'],
  [3, ''],
] as const) {
  test(`a terminal of ${columns} columns gets only what fits into one line`, async () => {
    const shown = shownBar(1000, columns);

    Object.assign(shown.progress, { lines: 5000, bytes: 250 });
    await shown.clock.advance(2000);
    shown.stop();

    assert.equal(shown.screen().split('\x1b[1G').at(-1), `${words}\x1b[0K\n`);
  });
}

function shownBar(totalBytes: number | undefined, columns?: number) {
  const terminal = Object.assign(new PassThrough(), { columns });
  let text = '';
  terminal.on('data', (chunk) => {
    text += chunk;
  });
  const progress = { lines: 0, bytes: 0 };
  const clock = fakeClock();
  return {
    ...{ progress, clock, screen: () => text },
    stop: progressBar({ terminal, totalBytes, progress, clock }),
  };
}
