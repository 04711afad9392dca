import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AttemptError, TuohsError } from '../../../src/core/errors.ts';
import { leavableCall } from '../../support/call.ts';
import { settled } from '../../support/fake-clock.ts';
import { numbered, startBatched } from './batched-under-test.ts';
import { type Fate, scriptedShouter } from './scripted-shouter.ts';

const wrong = new AttemptError('wrong', 'as told');

for (const position of [0, 1, 31, 32, 63]) {
  test(`where string ${position} of 64 spoils its call, the other 63 are answered at 14 more calls at most`, async () => {
    const texts = numbered(64);
    const { shout, inner } = startHalving((_call, text) =>
      text.split('\n').includes(`text ${position}`) ? wrong : undefined,
    );

    const ends = await Promise.allSettled(texts.map((text) => shout(text)));

    assert.deepEqual(
      ends.map((end) => (end.status === 'fulfilled' ? end.value.text : end.reason)),
      texts.map((text, i) => (i === position ? wrong : text.toUpperCase())),
    );
    assert.ok(inner.calls.length <= 1 + 14, `${inner.calls.length} calls`);
  });
}

test('a failed batch is not sent a second time whole', async () => {
  const { shoutAll, inner } = startHalving((call) => (call === 1 ? wrong : undefined));

  const shouts = await shoutAll(['1', '2', '3']);

  assert.deepEqual(shouts, ['1', '2', '3']);
  assert.deepEqual(inner.calls, ['1\n2\n3', '1\n2', '3']);
});

test('each half chooses its own separator', async () => {
  const { shoutAll, inner } = startHalving((call) => (call === 1 ? wrong : undefined));

  await shoutAll(['a', 'b', 'c\n', 'd\t']);

  assert.deepEqual(inner.calls, ['a\rb\rc\n\rd\t', 'a\nb', 'c\n\rd\t']);
});

test('a lone string that fails is not sent again', async () => {
  const { shout, inner } = startHalving(() => wrong);

  await assert.rejects(shout('alone'), wrong);

  assert.equal(inner.calls.length, 1);
});

test('each half costs a token', async () => {
  const { shoutAll, budget } = startHalving((call) => (call === 1 ? wrong : undefined));

  await shoutAll(numbered(4));

  assert.equal(budget.tokens, 18);
});

test('where the budget is empty, a failed batch is told its failure', async () => {
  const { shout, budget, inner } = startHalving(() => wrong, { ratio: 0 });
  while (budget.spend());

  const ends = await Promise.allSettled(numbered(4).map((text) => shout(text)));

  assert.deepEqual(ends, Array(4).fill({ status: 'rejected', reason: wrong }));
  assert.equal(inner.calls.length, 1);
});

test('an upstream that fails everything is asked no more often than the budget allows', async () => {
  const { shout, inner } = startHalving(() => wrong);

  const ends = await Promise.allSettled(numbered(64).map((text) => shout(text)));

  assert.ok(ends.every(({ status }) => status === 'rejected'));
  assert.equal(inner.calls.length, 21);
});

test('where the halves would not be let through, all are told the failure at once', async () => {
  const { shout, inner } = startHalving(() => wrong, { isWorthwhile: () => false });

  const ends = await Promise.allSettled(numbered(4).map((text) => shout(text)));

  assert.deepEqual(ends, Array(4).fill({ status: 'rejected', reason: wrong }));
  assert.equal(inner.calls.length, 1);
});

test('a batch that is refused before any attempt is not halved', async () => {
  const refusal = new TuohsError('UPSTREAM_UNREACHABLE', 'SHOUTCLOUD is left alone');
  const { shout, inner } = startHalving(() => refusal);

  const ends = await Promise.allSettled(numbered(4).map((text) => shout(text)));

  assert.deepEqual(ends, Array(4).fill({ status: 'rejected', reason: refusal }));
  assert.equal(inner.calls.length, 1);
});

test('halves that are refused are told the failure of their batch', async () => {
  const refusal = new TuohsError('UPSTREAM_UNREACHABLE', 'SHOUTCLOUD is left alone');
  const { shout } = startHalving((call) => (call === 1 ? wrong : refusal));

  const ends = await Promise.allSettled(numbered(4).map((text) => shout(text)));

  assert.deepEqual(ends, Array(4).fill({ status: 'rejected', reason: wrong }));
});

test('a string that is given up while its batch is under way is in no half', async () => {
  const { shout, upstream } = startBatched();
  upstream.hold();
  const { call, leave } = leavableCall();
  const given = shout('given up', call).catch(() => 'failed');
  const others = ['1', '2', '3'].map((text) => shout(text));
  await settled();
  await settled();

  leave();
  upstream.recover();
  upstream.failHeld(wrong);
  await Promise.all(others);

  assert.deepEqual(upstream.calls, ['given up\n1\n2\n3', '1', '2\n3']);
  assert.equal(await given, 'failed');
});

function startHalving(fate: Fate, options: { ratio?: number; isWorthwhile?: () => boolean } = {}) {
  const inner = scriptedShouter(fate);
  return { inner, ...startBatched({ ...options, inner }) };
}
