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

const HALF_WAY = { lines: 5000, bytes: 250 };
const BEGUN = { lines: 1, bytes: 1 };
for (const [what, totalBytes, columns, progress, ms, words] of [
  [
    ...['the share, the lines, the rate and the time left', 1000, undefined, HALF_WAY, 2000],
    '[======------------------] 25 % · 5,000 lines · 2,500 lines/s · 6s left',
  ],
  ['minutes', 126, undefined, BEGUN, 1000, `[${'-'.repeat(24)}] 0 % · 1 lines · 1 lines/s · 2m 5s left`],
  ['hours', 7261, undefined, BEGUN, 1000, `[${'-'.repeat(24)}] 0 % · 1 lines · 1 lines/s · 2h 1m left`],
  ['no bar for an input of unknown size', undefined, undefined, BEGUN, 1000, '1 lines · 1 lines/s'],
  ['only what fits into 40 columns', 1000, 40, HALF_WAY, 2000, '25 % · 5,000 lines · 6s left'],
  ['only what fits into 28', 1000, 28, HALF_WAY, 2000, '25 %'],
  ['nothing if nothing fits', 1000, 3, HALF_WAY, 2000, ''],
] as const) {
  test(`the bar shows ${what}`, async () => {
    const terminal = Object.assign(new PassThrough(), { columns });
    let screen = '';
    terminal.on('data', (chunk) => {
      screen += chunk;
    });
    const shown = { lines: 0, bytes: 0 };
    const clock = fakeClock();
    const stop = progressBar({ terminal, totalBytes, progress: shown, clock });

    Object.assign(shown, progress);
    await clock.advance(ms);
    stop();

    assert.equal(screen.split('\x1b[1G').at(-1), `${words}\x1b[0K\n`);
    assert.equal(clock.timers(), 0);
  });
}
