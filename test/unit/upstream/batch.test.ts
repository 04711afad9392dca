import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { simpleUpperCase } from '../../../src/core/upper-case.ts';
import { nextBatch, Pace } from '../../../src/upstream/batch.ts';
import { testCall } from '../../support/call.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { startBatched } from './batched-under-test.ts';

const CONTROLS = Array.from({ length: 32 }, (_, code) => String.fromCharCode(code));
const EVERY_CONTROL = CONTROLS.join('');
const HALF = 'x'.repeat(16_383);
const LONG = 'x'.repeat(100_000);

for (const [what, texts, batch] of [
  ['as many strings as allowed go together, in their order', ['1', '2', '3', '4'], '1\n2\n3'],
  ['strings and separators that fill 32 Ki units go together', [HALF, HALF], `${HALF}\n${HALF}`],
  ['one unit more goes another time', [HALF, `${HALF}x`], HALF],
  ['a string that is longer than a batch goes alone and whole', [LONG, 'short'], LONG],
  ['a separator is in no string', ['a\n', 'b'], 'a\n\tb'],
  ['nor in the last one', ['a\n', 'b\t'], 'a\n\rb\t'],
  ['after three common ones comes the first of all', ['a\n', '\t\r'], 'a\n\0\t\r'],
  ['and it is in no string either', ['a\n\t\r', '\0'], 'a\n\t\r\x01\0'],
  ['the last control character will do', [CONTROLS.slice(0, -1).join(''), 'a'], `${EVERY_CONTROL}a`],
  ['a string that takes the last separator away goes another time', ['a', 'b', EVERY_CONTROL], 'a\nb'],
  ['a string with every control character goes alone', [EVERY_CONTROL, 'a'], EVERY_CONTROL],
] as const) {
  test(what, () => {
    const items = texts.map((text) => ({ text, call: testCall(), resolve: () => {}, reject: () => {} }));

    assert.ok(nextBatch(items, 3).text === batch);
  });
}

test('any set of strings comes back each with its own answer', async () => {
  const anyText = fc.string({ unit: 'binary', minLength: 1, maxLength: 40 });
  const control = fc.constantFrom(...CONTROLS);
  const controlText = fc.string({
    unit: fc.oneof({ weight: 4, arbitrary: control }, fc.constantFrom('a', 'ß', '👩', 'ŉ')),
    minLength: 1,
    maxLength: 60,
  });
  const mostControls = fc.subarray(CONTROLS, { minLength: 28 }).map((controls) => `x${controls.join('y')}z`);
  const texts = fc.array(fc.oneof(anyText, controlText, mostControls), { minLength: 1, maxLength: 150 });

  await fc.assert(
    fc.asyncProperty(texts, async (texts) => {
      const { shoutAll, upstream, queued } = startBatched({ connections: 4 });

      const shouts = await shoutAll(texts);

      assert.deepEqual(shouts, texts.map(simpleUpperCase));
      assert.ok(upstream.received.every(({ strings }) => strings <= 64));
      assert.equal(queued(), 0);
    }),
  );
});

for (const [what, intervals, waitMs] of [
  ['seven intervals are too few for an estimate', Array(7).fill(400), 0],
  ['eight equal ones are the estimate', Array(8).fill(400), 800],
  ['each later one counts for a fifth', [1000, ...Array(6).fill(400), 900], 1252],
  [
    'what was before a reset, and the time around it, do not count',
    [9, 9, 'reset', 60_000, ...Array(8).fill(400)],
    800,
  ],
] as const) {
  test(`of the pace: ${what}`, async () => {
    const clock = fakeClock();
    const pace = new Pace(clock);
    pace.batchLeft();

    for (const interval of intervals) {
      if (interval === 'reset') {
        pace.reset();
        continue;
      }
      await clock.advance(interval);
      pace.batchLeft();
    }

    assert.equal(Math.round(pace.waitMs(2)), waitMs);
  });
}
