import assert from 'node:assert/strict';
import { test } from 'node:test';
import { leavableCall, testCall } from '../../support/call.ts';
import { settled } from '../../support/fake-clock.ts';
import { numbered, startBatched } from './batched-under-test.ts';

test('a lone string travels as it is', async () => {
  const { shout, upstream } = startBatched();

  const { text } = await shout('one\nand only');

  assert.deepEqual([text, upstream.calls], ['ONE\nAND ONLY', ['one\nand only']]);
});

test('strings of the same turn of the event loop travel together', async () => {
  const { shoutAll, upstream } = startBatched({ connections: 4 });

  const shouts = await shoutAll(['one', 'two', 'three']);

  assert.deepEqual(shouts, ['ONE', 'TWO', 'THREE']);
  assert.deepEqual(upstream.calls, ['one\ntwo\nthree']);
});

test('a string of the next turn does not wait for the one before', async () => {
  const { shout, upstream } = startBatched({ connections: 4 });
  upstream.hold();

  const shouts = [shout('one')];
  await settled();
  await settled();
  shouts.push(shout('two'));
  await settled();
  await settled();

  assert.deepEqual(upstream.calls, ['one', 'two']);
  upstream.answerHeld();
  await Promise.all(shouts);
});

test('while every connection is busy, strings gather and then travel together', async () => {
  const { shout, upstream, queued } = startBatched();
  upstream.hold();
  const shouts = [shout('first')];
  for (const text of ['one', 'two', 'three']) {
    await settled();
    await settled();
    shouts.push(shout(text));
  }
  const gathered = queued();

  upstream.answerHeld();
  upstream.recover();
  await Promise.all(shouts);

  assert.equal(gathered, 3);
  assert.deepEqual(upstream.calls, ['first', 'one\ntwo\nthree']);
  assert.equal(queued(), 0);
});

test('no call carries more strings than allowed', async () => {
  const { shoutAll, world } = startBatched({ maxItems: 64 });
  const texts = numbered(130);

  const shouts = await shoutAll(texts);

  assert.deepEqual(
    shouts,
    texts.map((text) => text.toUpperCase()),
  );
  assert.deepEqual(
    world.told('batch').map(({ strings }) => strings),
    [64, 64, 2],
  );
});

test('with batches of one, each string travels alone', async () => {
  const { shoutAll, upstream } = startBatched({ maxItems: 1 });

  await shoutAll(['one', 'two', 'three']);

  assert.deepEqual(upstream.calls, ['one', 'two', 'three']);
});

test('no more calls are under way than there are connections', async () => {
  const { shout, upstream } = startBatched({ connections: 2, maxItems: 1 });
  upstream.hold();

  const shouts = numbered(5).map((text) => shout(text));
  await settled();
  await settled();

  assert.equal(upstream.calls.length, 2);
  upstream.recover();
  upstream.answerHeld();
  await Promise.all(shouts);
});

test('a string that is given up while it waits is let go at once and not sent', async () => {
  const { shout, upstream } = startBatched();
  upstream.hold();
  const first = shout('first');
  await settled();
  await settled();
  const { call, leave } = leavableCall();
  const given = shout('given up', call);
  const second = shout('second');

  leave();
  await assert.rejects(given, call.signal.reason as Error);
  upstream.answerHeld();
  upstream.recover();
  await Promise.all([first, second]);

  assert.deepEqual(upstream.calls, ['first', 'second']);
});

test('where everybody left before the turn was over, nothing is sent', async () => {
  const { shout, upstream, world } = startBatched();
  const { call, leave } = leavableCall();
  const shouts = numbered(3).map((text) => shout(text, call));

  leave();
  await Promise.allSettled(shouts);
  await settled();

  assert.deepEqual([upstream.calls, world.told('batch')], [[], []]);
});

test('a batch has until the latest deadline of its strings', async () => {
  const { shout, upstream } = startBatched();

  await Promise.all([2000, 5000, 3000].map((deadline) => shout(`${deadline}`, testCall({ deadline }))));

  const [received] = upstream.received;
  assert.deepEqual([received?.deadline, received?.strings], [5000, 3]);
});

test('a batch is given up when the last of its callers has left', async () => {
  const { shout, upstream } = startBatched();
  upstream.hold();
  const callers = [leavableCall(), leavableCall()];
  const shouts = callers.map(({ call }, i) => shout(`${i}`, call));
  await settled();
  await settled();
  const { signal } = upstream.received[0] ?? testCall();

  callers[0]?.leave();
  const afterOne = signal.aborted;
  callers[1]?.leave();

  assert.deepEqual([afterOne, signal.aborted], [false, true]);
  await Promise.allSettled(shouts);
});

test('each string earns its share of the budget once', async () => {
  const { shoutAll, budget } = startBatched({ ratio: 0.5 });
  for (let i = 0; i < 10; i++) budget.spend();

  await shoutAll(numbered(6));

  assert.equal(budget.tokens, 13);
});
