import assert from 'node:assert/strict';
import { test } from 'node:test';
import { leavableCall } from '../../support/call.ts';
import { startGuarded } from './guarded-under-test.ts';

test('of 500 callers that come while it is half open three are probes and the others refused', async () => {
  const guarded = startGuarded();
  await guarded.becomeHalfOpen();
  guarded.upstream.hold();

  const callers = Array.from({ length: 500 }, (_, i) => guarded.shout(`${i}`));

  assert.deepEqual(guarded.sentSince(), ['0', '1', '2']);
  guarded.upstream.answerHeld();
  const ends = await Promise.allSettled(callers);
  assert.equal(ends.filter(({ status }) => status === 'rejected').length, 497);
});

test('a probe whose caller leaves makes room for another one', async () => {
  const guarded = startGuarded();
  await guarded.becomeHalfOpen();
  guarded.upstream.hold();
  const { call, leave } = leavableCall();
  const left = guarded.shout('leaves', call);
  const stay = [guarded.shout('1'), guarded.shout('2')];

  leave();
  await assert.rejects(left);
  stay.push(guarded.shout('3'));

  assert.deepEqual(guarded.sentSince(), ['leaves', '1', '2', '3']);
  guarded.upstream.answerHeld();
  await Promise.all(stay);
});

test('callers from before it opened who leave make no room for more probes', async () => {
  const guarded = startGuarded();
  const early = await guarded.becomeHalfOpen({ underWay: 20 });
  guarded.upstream.hold();
  const probes = Array.from({ length: 3 }, (_, i) => guarded.shout(`probe ${i}`));

  early.leave();
  await Promise.allSettled(early.shouts);
  const more = Array.from({ length: 20 }, (_, i) => guarded.shout(`more ${i}`));

  assert.deepEqual(guarded.sentSince(), ['probe 0', 'probe 1', 'probe 2']);
  guarded.upstream.answerHeld();
  await Promise.allSettled([...probes, ...more]);
});

test('failures of calls from before it opened do not count as failed probes', async () => {
  const guarded = startGuarded();
  const early = await guarded.becomeHalfOpen({ underWay: 20 });
  guarded.upstream.hold();
  const probe = guarded.shout('probe');

  early.fail();
  await Promise.allSettled(early.shouts);

  assert.equal(guarded.breaker.state, 'half-open');
  guarded.upstream.answerHeld();
  await probe;
});
