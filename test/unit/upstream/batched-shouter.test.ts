import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { simpleUpperCase } from '../../../src/core/upper-case.ts';
import { leavableCall, testCall } from '../../support/call.ts';
import { numbered } from '../../support/layer.ts';
import { pick } from '../../support/pick.ts';
import { startBatched } from './batched-under-test.ts';

const CONTROLS = Array.from({ length: 32 }, (_, code) => String.fromCharCode(code));
const ALL = CONTROLS.join('');
const ALL_BUT_LAST = CONTROLS.slice(0, -1).join('');
const HALF = 'x'.repeat(16_383);
const LONG = 'x'.repeat(100_000);

/** The texts of one turn, and the calls in which they are sent, with at most three texts each. */
for (const [what, texts, ...calls] of [
  ['a lone string travels as it is', ['one\nand only'], 'one\nand only'],
  ['as many texts as allowed go together, in their order', ['1', '2', '3', '4'], '1\n2\n3', '4'],
  ['texts and separators that fill 32 Ki units go together', [HALF, HALF], `${HALF}\n${HALF}`],
  ['with one unit more, the second text needs another call', [HALF, `${HALF}x`], HALF, `${HALF}x`],
  ['a text that is longer than a batch goes alone and whole', [LONG, 'short'], LONG, 'short'],
  ['a separator is in no string', ['a\n', 'b'], 'a\n\tb'],
  ['a separator is not in the last text either', ['a\n', 'b\t'], 'a\n\rb\t'],
  ['after the three common separators comes the first control character', ['a\n', '\t\r'], 'a\n\0\t\r'],
  ['a rare separator is in no text either', ['a\n\t\r', '\0'], 'a\n\t\r\x01\0'],
  ['the last control character will do', [ALL_BUT_LAST, 'a'], `${ALL}a`],
  ['a text that takes the last separator away needs another call', ['a', 'b', ALL], 'a\nb', ALL],
  ['a text with every control character goes alone', [ALL, 'a'], ALL, 'a'],
] as const) {
  test(what, async () => {
    const { shoutAll, upstream, world } = startBatched({ maxItems: 3 });

    const shouts = await shoutAll(texts);

    assert.deepEqual(shouts, texts.map(simpleUpperCase));
    assert.deepEqual(upstream.calls, calls);
    assert.deepEqual(pick(world.emitted('batch'), 'texts'), pick(upstream.received, 'texts'));
  });
}

test('any set of texts comes back each with its own answer', async () => {
  const anyText = fc.string({ unit: 'binary', minLength: 1, maxLength: 40 });
  const control = fc.constantFrom(...CONTROLS);
  const unit = fc.oneof({ weight: 4, arbitrary: control }, fc.constantFrom('a', 'ß', '👩', 'ŉ'));
  const controlText = fc.string({ unit, minLength: 1, maxLength: 60 });
  const mostControls = fc.subarray(CONTROLS, { minLength: 28 }).map((controls) => `x${controls.join('y')}z`);
  const texts = fc.array(fc.oneof(anyText, controlText, mostControls), { minLength: 1, maxLength: 150 });

  await fc.assert(
    fc.asyncProperty(texts, async (texts) => {
      const { shoutAll, upstream, queued } = startBatched({ connections: 4 });

      const shouts = await shoutAll(texts);

      assert.deepEqual(shouts, texts.map(simpleUpperCase));
      assert.ok(upstream.received.every(({ texts }) => texts <= 64));
      assert.equal(queued(), 0);
    }),
  );
});

test('texts of different turns travel alone until every connection is busy; then they gather until the turn in which an answer comes', async () => {
  const { shout, upstream, queued, clock } = startBatched({ connections: 2 });
  upstream.hold();
  const shouts = [];
  for (const text of ['first', 'second', 'one', 'two', 'three']) {
    shouts.push(shout(text));
    await clock.advance(0);
  }
  const early = [...upstream.calls];
  const gathered = queued();

  upstream.recover();
  await shouts[0];
  await Promise.all([...shouts, shout('next')]);

  assert.deepEqual([early, gathered, queued()], [['first', 'second'], 3, 0]);
  assert.deepEqual(upstream.calls.slice(2), ['one\ntwo\nthree\nnext']);
});

test('a text whose caller leaves while it waits is rejected at once and not sent', async () => {
  const { shout, upstream, clock } = startBatched();
  upstream.hold();
  const first = shout('first');
  await clock.advance(0);
  const { call, leave } = leavableCall();
  const given = shout('given up', call);
  const second = shout('second');

  leave();
  await assert.rejects(given, call.signal.reason as Error);
  upstream.recover();
  await Promise.all([first, second]);

  assert.deepEqual(upstream.calls, ['first', 'second']);
});

test('a batch has until the latest deadline of its texts', async () => {
  const { shout, upstream } = startBatched();

  await Promise.all([2000, 5000, 3000].map((deadline) => shout(`${deadline}`, testCall({ deadline }))));

  const [received] = upstream.received;
  assert.deepEqual([received?.deadline, received?.texts], [5000, 3]);
});

test('a batch is given up when the last of its callers has left', async () => {
  const { shout, upstream, clock } = startBatched();
  upstream.hold();
  const callers = [leavableCall(), leavableCall()];
  const shouts = callers.map(({ call }, i) => shout(`${i}`, call));
  await clock.advance(0);
  const { signal } = upstream.received[0] ?? testCall();

  callers[0]?.leave();
  const afterOne = signal.aborted;
  callers[1]?.leave();

  assert.deepEqual([afterOne, signal.aborted], [false, true]);
  assert.equal(signal.reason, callers[0]?.call.signal.reason);
  await Promise.allSettled(shouts);
});

test('each text earns its share of the budget once', async () => {
  const { shoutAll, budget } = startBatched({ ratio: 0.5 });
  for (let i = 0; i < 10; i++) budget.spend();

  await shoutAll(numbered(6));

  assert.equal(budget.tokens, 13);
});
