import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AttemptError, TuohsError } from '../../../src/core/errors.ts';
import { leavableCall } from '../../support/call.ts';
import { numbered } from '../../support/layer.ts';
import { pick } from '../../support/pick.ts';
import { type BatchedOptions, startBatched } from './batched-under-test.ts';

const wrong = new AttemptError('wrong', 'as told');
const refusal = new TuohsError('UPSTREAM_UNREACHABLE', 'SHOUTCLOUD is left alone');

for (const position of [0, 1, 31, 32, 63]) {
  test(`if string ${position} of 64 spoils its call, the other 63 are answered at 14 more calls at most`, async () => {
    const { shoutAll, upstream } = startBatched();
    upstream.decide((_call, text) => (text.split('\n').includes(`text ${position}`) ? wrong : undefined));

    const ends = await shoutAll(numbered(64));

    const right = numbered(64).map((text) => text.toUpperCase());
    assert.deepEqual(ends, right.with(position, wrong as never));
    assert.ok(upstream.calls.length <= 1 + 14, `${upstream.calls.length} calls`);
  });
}

test('a failed batch is sent in halves that cost a token each and choose their own separators', async () => {
  const { shoutAll, upstream, budget, world } = startBatched();
  upstream.decide((call) => (call === 1 ? wrong : undefined));

  const shouts = await shoutAll(['a', 'b', 'c\n', 'd\t', 'e']);

  assert.deepEqual(shouts, ['A', 'B', 'C\n', 'D\t', 'E']);
  assert.deepEqual(upstream.calls, ['a\rb\rc\n\rd\t\re', 'a\tb\tc\n', 'd\t\ne']);
  assert.equal(budget.tokens, 18);
  assert.deepEqual(pick(world.told('batch'), 'strings'), [5, 3, 2]);
});

const failures: [string, { error: Error; texts?: number; calls?: number; empty?: true } & BatchedOptions][] =
  [
    ['a lone string that fails is not sent again', { error: wrong, texts: 1 }],
    ['with an empty budget, a failed batch is told its failure', { error: wrong, ratio: 0, empty: true }],
    [
      'an upstream that fails everything is asked no more often than the budget allows',
      { error: wrong, texts: 64, calls: 21 },
    ],
    [
      'if the halves would not be let through, all are told the failure at once',
      { error: wrong, isWorthwhile: () => false },
    ],
    ['a batch that is refused before any attempt is not halved', { error: refusal }],
  ];
for (const [what, { error, texts = 4, calls = 1, empty, ...options }] of failures) {
  test(what, async () => {
    const { shoutAll, upstream, budget } = startBatched(options);
    upstream.failWith(error);
    while (empty && budget.spend());

    const ends = await shoutAll(numbered(texts));

    assert.deepEqual(ends, Array(texts).fill(error));
    assert.equal(upstream.calls.length, calls);
  });
}

test('halves that are refused are told the failure of their batch', async () => {
  const { shoutAll, upstream } = startBatched();
  upstream.decide((call) => (call === 1 ? wrong : refusal));

  assert.deepEqual(await shoutAll(numbered(4)), Array(4).fill(wrong));
});

test('a string that is given up while its batch is under way is in no half', async () => {
  const { shout, shoutAll, upstream, clock } = startBatched();
  upstream.hold();
  const { call, leave } = leavableCall();
  const given = assert.rejects(shout('given up', call), wrong);
  const others = shoutAll(['1', '2', '3']);
  await clock.advance(0);

  leave();
  upstream.failHeld(wrong);
  upstream.recover();
  await Promise.all([given, others]);

  assert.deepEqual(upstream.calls, ['given up\n1\n2\n3', '1', '2\n3']);
});
