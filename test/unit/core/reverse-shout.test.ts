import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TuohsError } from '../../../src/core/errors.ts';
import { reverser, reverseShout } from '../../../src/core/reverse.ts';
import { testCall } from '../../support/call.ts';
import { fakeShouter } from '../../support/fake-shouter.ts';

test('the upstream gets the reversed text, the caller its upper case', async () => {
  const shouter = fakeShouter();
  const ask = reverseShout(shouter, reverser('grapheme'));

  const { text } = await ask('abc', testCall());

  assert.equal(text, 'CBA');
  assert.deepEqual(shouter.calls, ['cba']);
});

test('lone surrogates become U+FFFD before the text is reversed', async () => {
  const shouter = fakeShouter();
  const ask = reverseShout(shouter, reverser('codepoint'));

  await ask('\udc00a\ud800', testCall());

  assert.deepEqual(shouter.calls, ['\ufffda\ufffd']);
});

test('the empty text is answered at once and without the upstream', () => {
  const shouter = fakeShouter();
  const ask = reverseShout(shouter, reverser('grapheme'));

  const shout = ask('', testCall());

  assert.equal(shout instanceof Promise ? undefined : shout.text, '');
  assert.deepEqual(shouter.calls, []);
});

test('an answer at hand stays one', () => {
  const ask = reverseShout(fakeShouter({ isAtHand: true }), reverser('grapheme'));

  assert.ok(!(ask('abc', testCall()) instanceof Promise));
});

test('a failure of the shouter is the caller’s', async () => {
  const shouter = fakeShouter();
  shouter.failWith(new TuohsError('UPSTREAM_TIMEOUT', 'as told'));
  const ask = reverseShout(shouter, reverser('grapheme'));

  await assert.rejects(async () => ask('abc', testCall()), { code: 'UPSTREAM_TIMEOUT' });
});
