import assert from 'node:assert/strict';
import { test } from 'node:test';
import { leavableCall, testCall } from '../../support/call.ts';
import { settled } from '../../support/fake-clock.ts';
import { type BatchedUnderTest, startBatched } from './batched-under-test.ts';

const BATCH_MS = 400;

test('a string that would wait for more than half of its time is refused at once', async () => {
  const batched = await startBusy();

  const early = batched.askWithin(3000);
  const late = batched.askWithin(3000);

  // Before them are 2 and 3 strings: 3 × 400 ms is less than 1500 ms, 4 × 400 ms is more.
  assert.equal(await batched.outcomeNow(early), 'waits');
  assert.equal(await batched.outcomeNow(late), 'OVERLOADED');
  assert.equal(batched.world.told('shed').length, 1);
});

test('fewer measurements than eight refuse nobody', async () => {
  const batched = await startBusy({ batches: 8 });
  for (let i = 0; i < 20; i++) batched.askWithin(3000);

  assert.equal(await batched.outcomeNow(batched.askWithin(3000)), 'waits');
});

test('the time in which nothing waited, because all had left, says nothing about the pace', async () => {
  const batched = await startBusy();
  batched.leaveAll();
  await batched.finish();
  await batched.world.clock.advance(60_000);

  const asked = ['a', 'b', 'c', 'd'].map(() => batched.askWithin(3000));
  await settled();

  assert.equal(await batched.outcomeNow(batched.askWithin(3000)), 'waits');
  assert.equal(await batched.outcomeNow(asked[3]), 'waits');
});

interface Busy extends BatchedUnderTest {
  askWithin(ms: number): Promise<string>;
  outcomeNow(answer: Promise<string> | undefined): Promise<string>;
  leaveAll(): void;
  finish(): Promise<void>;
}

/** Batches of one string have left every 400 ms for a while; one is under way, two more wait. */
async function startBusy({ batches = 12 } = {}): Promise<Busy> {
  const batched = startBatched({ maxItems: 1 });
  const { upstream, world } = batched;
  const leavers: (() => void)[] = [];
  upstream.hold();
  for (let i = 0; i < batches + 2; i++) {
    const { call, leave } = leavableCall();
    leavers.push(leave);
    batched.shout(`${i}`, call).catch(() => {});
  }
  for (let i = 0; i < batches - 1; i++) {
    await world.clock.advance(BATCH_MS);
    await finish();
  }
  return { ...batched, askWithin, outcomeNow, finish, leaveAll };

  function leaveAll(): void {
    for (const leave of leavers) leave();
  }

  async function finish(): Promise<void> {
    upstream.answerHeld();
    await settled();
    await settled();
  }

  function askWithin(ms: number): Promise<string> {
    const call = testCall({ deadline: world.clock.now() + ms });
    return batched.shout('new', call).then(
      () => 'answered',
      ({ code }) => code,
    );
  }

  async function outcomeNow(answer: Promise<string> | undefined): Promise<string> {
    return Promise.race([answer ?? 'nobody asked', settled().then(() => 'waits')]);
  }
}
