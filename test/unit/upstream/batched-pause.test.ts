import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testCall } from '../../support/call.ts';
import { settled } from '../../support/fake-clock.ts';
import { type BatchedUnderTest, startBatched } from './batched-under-test.ts';

const REFUSED = { code: 'UPSTREAM_UNREACHABLE', retryAfterMs: 2000 };

test('strings that come during a pause travel together when it is over', async () => {
  const { gate, shout, upstream, world } = startBatched({ connections: 4 });
  gate.pause(2000);
  const shouts = [shout('one')];
  await settled();
  shouts.push(shout('two'));

  await world.clock.advance(1999);
  const before = [...upstream.calls];
  await world.clock.advance(1);
  await Promise.all(shouts);

  assert.deepEqual([before, upstream.calls], [[], ['one\ntwo']]);
});

test('a string that comes during a pause which outlasts its deadline is refused at once', async () => {
  const batched = startBatched();
  batched.gate.pause(2000);

  const refused = shoutWithin(batched, 2000);

  await assert.rejects(refused, REFUSED);
  assert.deepEqual(batched.upstream.calls, []);
});

test('a string that waits when a pause begins which outlasts its deadline is refused at once', async () => {
  const batched = await startBusy();
  const waiting = shoutWithin(batched, 2000);
  await settled();

  batched.gate.pause(2000);

  await assert.rejects(waiting, REFUSED);
});

for (const order of [
  [2000, 3000],
  [3000, 2000],
]) {
  test(`of strings with ${order.join(' and ')} ms left a pause of 2 s refuses one at once and the other is sent after it`, async () => {
    const batched = startBatched();
    batched.gate.pause(2000);

    const outcomes: unknown[] = [];
    for (const ms of order) {
      void shoutWithin(batched, ms).then(
        () => outcomes.push(`${ms} answered`),
        () => outcomes.push(`${ms} refused`),
      );
    }
    await settled();
    await settled();
    const atOnce = [...outcomes];
    await batched.world.clock.advance(2500);
    await settled();

    assert.deepEqual([atOnce, outcomes], [['2000 refused'], ['2000 refused', '3000 answered']]);
  });
}

function shoutWithin({ shout, world }: BatchedUnderTest, ms: number) {
  return shout(`within ${ms}`, testCall({ deadline: world.clock.now() + ms }));
}

/** One whose only connection is taken until the end of the test. */
async function startBusy(): Promise<BatchedUnderTest> {
  const batched = startBatched();
  await batched.gate.take(testCall());
  return batched;
}
