import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { progressBar } from '../../../src/cli/shout-output.ts';
import { type FakeClock, fakeClock } from '../../support/fake-clock.ts';

test('the bar shows the share, the lines, the rate and the time left', async () => {
  const { screen, clock, progress, bar } = shown(1000);

  progress.lines = 5000;
  progress.bytes = 250;
  await clock.advance(2000);
  bar.stop();

  assert.ok(
    screen().includes('[======------------------] 25 % · 5,000 lines · 2,500 lines/s · 6s left'),
    screen(),
  );
  assert.equal(clock.timers(), 0);
  assert.doesNotMatch(screen(), /\x1b[78]/);
});

for (const [secondsLeft, words] of [
  [59, '59s left'],
  [125, '2m 5s left'],
  [7260, '2h 1m left'],
] as const) {
  test(`${secondsLeft} seconds are shown as "${words}"`, async () => {
    const { screen, clock, progress, bar } = shown(1 + secondsLeft);

    progress.bytes = 1;
    await clock.advance(1000);
    bar.stop();

    assert.ok(screen().includes(words), screen());
  });
}

test('a line written meanwhile takes the place of the bar, which comes again below', async () => {
  const { screen, bar, terminal } = shown(undefined);
  const before = screen().length;

  bar.above(() => terminal.write('a reason\n'));

  assert.equal(
    screen().slice(before).replaceAll('\x1b', 'ESC'),
    'ESC[2KESC[1Ga reason\nESC[1G0 lines · 0 lines/sESC[0K',
  );
  bar.stop();
});

function shown(totalBytes: number | undefined) {
  const terminal = Object.assign(new PassThrough(), { isTTY: true, columns: 120 });
  let text = '';
  terminal.on('data', (chunk) => {
    text += chunk;
  });
  const progress = { lines: 0, bytes: 0 };
  const clock: FakeClock = fakeClock();
  const bar = progressBar({ terminal, totalBytes, progress, clock });
  return { terminal, screen: () => text, progress, clock, bar };
}
