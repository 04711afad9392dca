import assert from 'node:assert/strict';
import { test } from 'node:test';
import { leavableCall, testCall } from '../../support/call.ts';
import { numbered } from '../../support/layer.ts';
import { pick } from '../../support/pick.ts';
import { startBatched } from './batched-under-test.ts';

for (const [what, texts, options, calls] of [
  ['a lone string travels as it is', ['one\nand only'], {}, ['one\nand only']],
  ['strings of one turn of the event loop travel together', ['one', 'two'], { connections: 4 }, ['one\ntwo']],
  ['no call carries more strings than allowed', ['1', '2', '3'], { maxItems: 2 }, ['1\n2', '3']],
] as const) {
  test(what, async () => {
    const { shoutAll, upstream, world } = startBatched(options);

    const shouts = await shoutAll(texts);

    assert.equal(shouts.join(), texts.join().toUpperCase());
    assert.deepEqual(upstream.calls, calls);
    assert.deepEqual(
      pick(world.told('batch'), 'strings'),
      calls.map((call) => (texts.length === 1 ? 1 : call.split('\n').length)),
    );
  });
}

test('a string of the next turn does not wait for the one before', async () => {
  const { shout, upstream, clock } = startBatched({ connections: 4 });
  upstream.hold();

  void shout('one');
  await clock.advance(0);
  void shout('two');
  await clock.advance(0);

  assert.deepEqual(upstream.calls, ['one', 'two']);
});

test('while every connection is busy, strings gather and then travel together', async () => {
  const { shout, upstream, queued, clock } = startBatched({ connections: 2 });
  upstream.hold();
  const shouts = [];
  for (const text of ['first', 'second', 'one', 'two', 'three']) {
    shouts.push(shout(text));
    await clock.advance(0);
  }
  const gathered = queued();

  upstream.recover();
  await Promise.all(shouts);

  assert.deepEqual([gathered, queued()], [3, 0]);
  assert.deepEqual(upstream.calls, ['first', 'second', 'one\ntwo\nthree']);
});

test('a string that is given up while it waits is let go at once and not sent', async () => {
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

test('a batch has until the latest deadline of its strings', async () => {
  const { shout, upstream } = startBatched();

  await Promise.all([2000, 5000, 3000].map((deadline) => shout(`${deadline}`, testCall({ deadline }))));

  const [received] = upstream.received;
  assert.deepEqual([received?.deadline, received?.strings], [5000, 3]);
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

test('each string earns its share of the budget once', async () => {
  const { shoutAll, budget } = startBatched({ ratio: 0.5 });
  for (let i = 0; i < 10; i++) budget.spend();

  await shoutAll(numbered(6));

  assert.equal(budget.tokens, 13);
});
