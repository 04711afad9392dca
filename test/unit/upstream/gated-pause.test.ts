import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Clock } from '../../../src/core/clock.ts';
import { Gate } from '../../../src/upstream/gated-shouter.ts';
import { testCall } from '../../support/call.ts';
import { fakeClock, settled } from '../../support/fake-clock.ts';

test('during a pause a caller whose deadline it outlasts is refused at once and told how long', async () => {
  const { clock, enter, gate } = startGate();
  gate.pause(2000);
  await clock.advance(500);

  const refused = enter(clock.now() + 1500);

  await assert.rejects(refused, { code: 'UPSTREAM_UNREACHABLE', retryAfterMs: 1500 });
});

test('a pause refuses those at once who wait already and whose deadline it outlasts', async () => {
  const { clock, enter, gate } = startGate();
  await enter();
  const waiting = enter(clock.now() + 2000);

  gate.pause(2000);

  await assert.rejects(waiting, { code: 'UPSTREAM_UNREACHABLE', retryAfterMs: 2000 });
});

test('a caller whose deadline is after the pause gets its place when it is over, not before', async () => {
  const { clock, enter, gate } = startGate();
  gate.pause(2000);
  const { isIn } = watch(enter(clock.now() + 2001));

  await clock.advance(1999);
  const before = isIn();
  await clock.advance(1);
  await settled();

  assert.deepEqual([before, isIn()], [false, true]);
});

test('who waited before the pause gets its place after it, though one came back meanwhile', async () => {
  const { clock, enter, gate } = startGate();
  const release = await enter();
  const { isIn } = watch(enter());
  gate.pause(2000);

  release();
  await settled();
  const before = isIn();
  await clock.advance(2000);
  await settled();

  assert.deepEqual([before, isIn()], [false, true]);
});

test('after a pause there are no more places than connections', async () => {
  const { clock, enter, gate } = startGate({ connections: 2 });
  gate.pause(2000);
  const waiting = Array.from({ length: 5 }, () => watch(enter()));

  await clock.advance(2000);
  await settled();

  assert.deepEqual(
    waiting.map(({ isIn }) => isIn()),
    [true, true, false, false, false],
  );
});

test('a shorter pause does not cut a longer one', async () => {
  const { gate } = startGate();
  gate.pause(5000);

  gate.pause(1000);

  assert.equal(gate.pauseMs, 5000);
});

test('a longer pause extends a shorter one', async () => {
  const { clock, enter, gate } = startGate();
  gate.pause(1000);
  const { isIn } = watch(enter());

  gate.pause(3000);
  await clock.advance(2999);
  const before = isIn();
  await clock.advance(1);
  await settled();

  assert.deepEqual([before, isIn()], [false, true]);
});

test('a pause ends even where its timer runs a fraction of a millisecond early, as those of Node do', async () => {
  const clock = fakeClock();
  const wholeMs: Clock = {
    ...clock,
    after: (ms, run) => clock.after(Math.max(1, Math.trunc(ms)), run),
  };
  const gate = new Gate({ connections: 1 }, { clock: wholeMs });
  let changes = 0;
  gate.onChange(() => changes++);
  gate.pause(2000.5);
  const { isIn } = watch(Promise.resolve(gate.take(testCall())));
  const changesBefore = changes;

  await clock.advance(2100);
  await settled();

  assert.equal(isIn(), true);
  assert.ok(changes > changesBefore);
});

test('the listener is told when a pause begins and when it is over', async () => {
  const { clock, gate } = startGate();
  const seen: boolean[] = [];
  gate.onChange(() => seen.push(gate.isOpen));

  gate.pause(2000);
  await clock.advance(2000);

  assert.deepEqual(seen, [false, true]);
});

test('a closed gate leaves no timer', () => {
  const { clock, gate } = startGate();
  gate.pause(2000);

  gate.close();

  assert.equal(clock.timers(), 0);
});

function startGate({ connections } = { connections: 1 }) {
  const clock = fakeClock();
  const gate = new Gate({ connections }, { clock });
  return {
    clock,
    gate,
    enter: async (deadline = Number.POSITIVE_INFINITY) => gate.take(testCall({ deadline })),
  };
}

function watch(entering: Promise<unknown>): { isIn: () => boolean } {
  let isIn = false;
  void entering.then(() => {
    isIn = true;
  });
  return { isIn: () => isIn };
}
