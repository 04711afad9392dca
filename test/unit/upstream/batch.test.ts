import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { simpleUpperCase } from '../../../src/core/upper-case.ts';
import { type Item, nextBatch } from '../../../src/upstream/batch.ts';
import { testCall } from '../../support/call.ts';
import { startBatched } from './batched-under-test.ts';

const CONTROLS = Array.from({ length: 32 }, (_, code) => String.fromCharCode(code));

test('as many strings as allowed go together, in their order', () => {
  const batch = nextBatch(items(['1', '2', '3', '4']), 3);

  assert.equal(batch.text, '1\n2\n3');
  assert.equal(batch.items.length, 3);
});

test('strings and separators that fill 32 Ki units go together', () => {
  const half = 'x'.repeat(16_383);

  const batch = nextBatch(items([half, half]), 64);

  assert.equal(batch.items.length, 2);
});

test('one unit more goes another time', () => {
  const half = 'x'.repeat(16_383);

  const batch = nextBatch(items([half, `${half}x`]), 64);

  assert.equal(batch.items.length, 1);
});

test('a string that is longer than a batch goes alone and whole', () => {
  const long = 'x'.repeat(100_000);

  const batch = nextBatch(items([long, 'short']), 64);

  assert.ok(batch.text === long);
  assert.equal(batch.items.length, 1);
});

for (const [strings, separator] of [
  [['a', 'b'], '\n'],
  [['a\n', 'b'], '\t'],
  [['a\n', 'b\t'], '\r'],
  [['a\n', '\t\r'], '\0'],
  [[CONTROLS.slice(0, 20).join(''), CONTROLS.slice(20, -1).join('')], '\x1f'],
] as const) {
  test(`between ${JSON.stringify(strings)} stands a control character that is in neither`, () => {
    const batch = nextBatch(items(strings), 64);

    assert.equal(batch.text, strings.join(separator));
  });
}

test('a string that takes the last separator away goes another time', () => {
  const batch = nextBatch(items(['a', 'b', CONTROLS.join('')]), 64);

  assert.equal(batch.text, 'a\nb');
});

test('a string with every control character goes alone', () => {
  const batch = nextBatch(items([CONTROLS.join(''), 'a']), 64);

  assert.equal(batch.text, CONTROLS.join(''));
});

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

test('no call is longer than 32 Ki unless a string is', async () => {
  const texts = fc.array(
    fc.integer({ min: 1, max: 40_000 }).map((length) => 'x'.repeat(length)),
    { minLength: 1, maxLength: 20 },
  );

  await fc.assert(
    fc.asyncProperty(texts, async (texts) => {
      const { shoutAll, upstream } = startBatched();

      await shoutAll(texts);

      assert.ok(upstream.calls.every((call) => call.length <= 32_768 || texts.includes(call)));
    }),
    { numRuns: 30 },
  );
});

function items(texts: readonly string[]): Item[] {
  return texts.map((text) => ({ text, call: testCall(), resolve: () => {}, reject: () => {} }));
}
