import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AttemptError, TuohsError } from '../../../src/core/errors.ts';
import { leavableCall } from '../../support/call.ts';
import type { Fate } from '../../support/fake-shouter.ts';
import { numbered } from '../../support/layer.ts';
import { pick } from '../../support/pick.ts';
import { type BatchedOptions, startBatched } from './batched-under-test.ts';

const wrong = new AttemptError('wrong', 'as scripted');
const rejected = new AttemptError('rejected', 'as scripted');
const broken = new AttemptError('server_error', 'as scripted');
const refusal = new TuohsError('UPSTREAM_UNREACHABLE', 'SHOUTCLOUD is left alone');

/** Each row: which of 64 texts are bad, so that each call with one fails, and the most calls until all others are answered. */
for (const [what, isBad, mostCalls] of [
  ...[0, 1, 31, 32, 63].map((bad) => [`text ${bad}`, (i: number) => i === bad, 1 + 12] as const),
  ['every fifth text', (i: number) => i % 5 === 0, 127],
  ['every second text', (i: number) => i % 2 === 0, 127],
] as const) {
  for (const failure of [wrong, rejected]) {
    test(`if ${what} of 64 makes a call ${failure.failure}, all others are answered within ${mostCalls} calls`, async () => {
      const { shoutAll, upstream } = startBatched();
      const bad = numbered(64).filter((_, i) => isBad(i));
      upstream.decide((_call, text) =>
        text.split('\n').some((part) => bad.includes(part)) ? failure : undefined,
      );

      const ends = await shoutAll(numbered(64));

      const expected = numbered(64).map((text) => (bad.includes(text) ? failure : text.toUpperCase()));
      assert.deepEqual(ends, expected);
      assert.ok(upstream.calls.length <= mostCalls, `${upstream.calls.length} calls`);
    });
  }
}

test('a batch that fails because of a text is sent in halves, of which one costs a token; each chooses its own separator', async () => {
  const { shoutAll, upstream, budget, world } = startBatched();
  upstream.decide((call) => (call === 1 ? wrong : undefined));

  const shouts = await shoutAll(['a', 'b', 'c\n', 'd\t', 'e']);

  assert.deepEqual(shouts, ['A', 'B', 'C\n', 'D\t', 'E']);
  assert.deepEqual(upstream.calls, ['a\rb\rc\n\rd\t\re', 'a\tb\tc\n', 'd\t\ne']);
  assert.deepEqual(pick(upstream.received, 'texts'), [5, 3, 2]);
  assert.equal(budget.tokens, 20 + 5 - 1);
  assert.deepEqual(pick(world.emitted('batch'), 'texts'), [5, 3, 2]);
});

const failing = () => broken;
const rejecting = () => rejected;
const refusing = () => refusal;
const refusingHalves: Fate = (call) => (call === 1 ? wrong : refusal);

interface Case extends BatchedOptions {
  readonly fate: Fate;
  readonly texts?: number;
  readonly calls: number;
  readonly isBudgetEmpty?: true;
}
const CASES: Record<string, Case> = {
  'a lone string that fails is not sent again': { fate: failing, texts: 1, calls: 1 },
  'no batch is halved on an empty budget': { fate: failing, calls: 1, ratio: 0, isBudgetEmpty: true },
  'an upstream that fails everything is asked within the budget': { fate: failing, texts: 64, calls: 1 + 64 },
  'without a token, one half of each batch is sent if a text is the cause': {
    ...{ fate: rejecting, calls: 3, ratio: 0, isBudgetEmpty: true },
  },
  'no halves are sent that would be refused': { fate: failing, calls: 1, isWorthwhile: () => false },
  'a batch that is refused before any attempt is not halved': { fate: refusing, calls: 1 },
  'halves that are refused fail as their batch did': { fate: refusingHalves, calls: 3 },
};
for (const [what, { fate, texts = 4, calls, isBudgetEmpty, ...options }] of Object.entries(CASES)) {
  test(`${what}: each caller gets the first failure`, async () => {
    const { shoutAll, upstream, budget, world } = startBatched(options);
    upstream.decide(fate);
    while (isBudgetEmpty && budget.spend());

    const ends = await shoutAll(numbered(texts));

    assert.deepEqual(ends, Array(texts).fill(fate(1, '')));
    assert.equal(upstream.calls.length, calls);
    const sent = upstream.calls.filter((text, i) => fate(i + 1, text) !== refusal);
    assert.equal(world.emitted('batch').length, sent.length);
  });
}

test('texts that are given up while their batch is under way are not sent again, and neither is a half that has no others', async () => {
  const { shout, shoutAll, upstream, clock } = startBatched();
  upstream.hold();
  const { call, leave } = leavableCall();
  const given = ['a', 'b', 'c'].map((text) => assert.rejects(shout(text, call), wrong));
  const others = shoutAll(['1', '2']);
  await clock.advance(0);

  leave();
  upstream.failHeld(wrong);
  upstream.recover();
  await Promise.all([...given, others]);

  assert.deepEqual(upstream.calls, ['a\nb\nc\n1\n2', '1\n2']);
});
