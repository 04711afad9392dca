import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';
import type { Clock } from '../../../src/core/clock.ts';
import { AttemptError, TuohsError } from '../../../src/core/errors.ts';
import { Gate, gatedShouter } from '../../../src/upstream/gated-shouter.ts';
import { leavableCall, testCall } from '../../support/call.ts';
import { fakeClock, settled } from '../../support/fake-clock.ts';
import { layerUnderTest, soFar } from '../../support/layer.ts';

const REFUSAL = new TuohsError('UPSTREAM_UNREACHABLE', 'as scripted', { retryAfterMs: 5 });

/**
 * The number of connections, the script, and what its callers get. `a` asks for a slot, `a<2000` asks with 2000 ms left, `-a`
 * gives its slot back, `!a` leaves. `pause=2000` begins a pause, `refuse` refuses all waiting callers, and `+500` lets 500 ms pass.
 */
const CASES = {
  'there is a slot for each connection at once': '2: a b c => a in, b in',
  'later callers get slots in the order in which they came': '2: a b c d -a e -b => a in, b in, c in, d in',
  'a caller that leaves is rejected at once, and its turn goes to the next':
    '1: a b c !b -a => a in, b left, c in',
  'a caller that left before it came does not wait': '1: a !b b => a in, b left',
  'a caller that leaves once it is in keeps its slot until it releases it': '1: a b !a => a in',
  'all that wait can be refused, and slots go on to later callers':
    '1: a b c refuse d -a => a in, b 5, c 5, d in',
  'a pause refuses at once each caller whose deadline it outlasts':
    '1: a b<2000 c<2001 pause=2000 => a in, b 2000',
  'a pause does so with callers that come later': '1: pause=2000 +500 a<1500 b<1501 => a 1500',
  'a pause does so even in its last millisecond': '1: pause=2000 +1999 a<1 => a 1',
  'no one gets a slot before a pause is over': '1: pause=2000 a<2001 +1999 => ',
  'when a pause is over, waiting callers get slots': '1: pause=2000 a<2001 +2000 => a in',
  'a slot that comes back during a pause is not given': '2: a b c d e pause=2000 -a -b +1999 => a in, b in',
  'a slot that comes back in the last millisecond of a pause is not given':
    '1: a b pause=2000 +1999 -a => a in',
  'a slot that came back during a pause is given when the pause is over':
    '2: a b c d e pause=2000 -a -b +2000 => a in, b in, c in, d in',
  'a shorter pause does not end a longer one': '1: pause=3000 pause=1000 a +2999 => ',
  'a longer pause replaces a shorter one': '1: pause=1000 pause=3000 a +2999 => ',
  'the wait ends with the longer one of two pauses': '1: pause=1000 pause=3000 a +3000 => a in',
};
for (const [what, row] of Object.entries(CASES)) {
  test(what, async () => {
    const [, connections, script = '', seen] = /^(\d): (.*) => (.*)$/.exec(row) ?? [];

    assert.equal(await play(Number(connections), script), seen);
  });
}

test('the listener is called when a slot comes back, when a pause begins and when it is over', async () => {
  const { gate, clock, seen } = startGate();
  gate.take(testCall());

  gate.release();
  gate.pause(2000);
  await clock.advance(2000);

  assert.deepEqual(seen, [true, false, true]);
});

test('a pause ends even if its timer runs a fraction of a millisecond early, as those of Node do', async () => {
  const clock = fakeClock();
  const after: Clock['after'] = (ms, run) => clock.after(Math.trunc(ms), run);
  const { gate, seen } = startGate({ ...clock, after });
  gate.pause(2000.5);

  await clock.advance(2100);

  assert.deepEqual(seen, [false, true]);
});

test('while the timer of a pause is late, no call overtakes the waiting ones', () => {
  let nowMs = 0;
  const gate = new Gate({ connections: 1 }, { clock: { ...fakeClock(), now: () => nowMs } });
  gate.pause(1000);
  void gate.take(testCall());

  nowMs = 1000;
  const later = gate.take(testCall());

  assert.ok(later instanceof Promise);
});

test('a closed gate leaves no timer', () => {
  const { gate, clock } = startGate();
  gate.pause(2000);

  gate.close();

  assert.equal(clock.timers(), 0);
});

test('a call keeps its slot until it ends, even if its caller leaves, whose signal has no listener by then', async () => {
  const { upstream, shout } = startGated();
  upstream.hold('deaf');
  const { call, leave } = leavableCall();
  const { signal } = new AbortController();
  const shouts = [shout('first', call), shout('second', testCall({ signal }))];

  leave();
  await assert.rejects(shout('comes too late', call));
  await settled();
  const before = [...upstream.calls];
  upstream.recover();
  await Promise.all(shouts);

  assert.deepEqual([before, upstream.calls], [['first'], ['first', 'second']]);
  assert.deepEqual(getEventListeners(signal, 'abort'), []);
});

for (const failure of [new AttemptError('server_error', 'as scripted'), REFUSAL]) {
  test(`after a failure that names no pause (${failure.name}), no other call is delayed`, async () => {
    const { upstream, shout } = startGated();
    upstream.failWith(failure);
    await assert.rejects(shout('first'));
    upstream.recover();

    assert.notEqual(await soFar(shout('second')), 'waits');
  });
}

test('a 429 that names no pause means one: twice as long after each, up to a second, and half as long after each success', async () => {
  const { upstream, shout, clock } = startGated();
  const waits: number[] = [];
  const ask = async () => {
    const answer = shout('text').catch(() => {});
    let ms = 0;
    for (; (await soFar(answer)) === 'waits'; ms += 50) await clock.advance(50);
    waits.push(ms);
  };

  upstream.failWith(new AttemptError('throttled', 'as scripted'));
  for (let i = 0; i < 7; i++) await ask();
  upstream.recover();
  for (let i = 0; i < 4; i++) await ask();
  upstream.failWith(new AttemptError('throttled', 'as scripted'));
  for (let i = 0; i < 2; i++) await ask();

  assert.deepEqual(waits, [0, 50, 100, 200, 400, 800, 1000, 1000, 0, 0, 0, 0, 100]);
});

/** A gate with one slot, and a record of whether it was open each time its listener was called. */
function startGate(clock = fakeClock()) {
  const gate = new Gate({ connections: 1 }, { clock });
  const seen: boolean[] = [];
  gate.onChange(() => seen.push(gate.isOpen));
  return { gate, clock, seen };
}

function startGated() {
  return layerUnderTest((upstream, world) => gatedShouter(upstream, new Gate({ connections: 1 }, world)));
}

/** Plays a script. Resolves with what its callers got, in order: `in`, `left`, or the milliseconds to wait. */
async function play(connections: number, script: string): Promise<string> {
  const clock = fakeClock();
  const gate = new Gate({ connections }, { clock });
  const callers = new Map<string, AbortController>();
  const seen: string[] = [];
  for (const step of script.split(' ')) {
    const [, sign = '', name = '', number] = /^([-!+]?)(\w+)[<=]?(\d+)?$/.exec(step) ?? [];
    if (sign === '+') await clock.advance(Number(name));
    else if (sign === '-') gate.release();
    else if (sign === '!') callerNamed(name).abort('left');
    else if (name === 'pause') gate.pause(Number(number));
    else if (name === 'refuse') gate.refuseWaiting(REFUSAL);
    else void ask(name, clock.now() + Number(number ?? Number.POSITIVE_INFINITY));
    await settled();
  }
  return seen.join(', ');

  function callerNamed(name: string) {
    const caller = callers.get(name) ?? new AbortController();
    callers.set(name, caller);
    return caller;
  }

  async function ask(name: string, deadline: number): Promise<void> {
    try {
      await gate.take(testCall({ deadline, signal: callerNamed(name).signal }));
      seen.push(`${name} in`);
    } catch (reason) {
      seen.push(`${name} ${reason instanceof TuohsError ? reason.retryAfterMs : reason}`);
    }
  }
}
