import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Breaker } from '../../../src/core/breaker.ts';
import { AttemptError, type AttemptFailure, TuohsError } from '../../../src/core/errors.ts';
import type { Shouter } from '../../../src/core/shouter.ts';
import { Gate, guardedShouter } from '../../../src/upstream/gated-shouter.ts';
import { leavableCall } from '../../support/call.ts';
import { fakeShouter } from '../../support/fake-shouter.ts';
import { layerUnderTest, numbered } from '../../support/layer.ts';
import { testWorld } from '../../support/world.ts';

const FAILURES: AttemptFailure[] = ['unreachable', 'throttled', 'server_error', 'timeout', 'unreadable'];
const NEUTRAL: AttemptFailure[] = ['rejected', 'wrong'];
const attempts = [...FAILURES, ...NEUTRAL].map((failure) => new AttemptError(failure, failure));

for (const error of [...attempts, new TuohsError('UPSTREAM_UNREACHABLE', 'SHOUTCLOUD asked for a pause')]) {
  const state = FAILURES.some((failure) => failure === error.message) ? 'open' : 'closed';

  test(`after many failures "${error.message}", which callers get as they are, the breaker is ${state}`, async () => {
    const { breaker, shout, upstream, clock } = startGuarded();
    upstream.failWith(error);

    for (let i = 0; i < 10; i++) {
      await assert.rejects(shout('fails'), error);
      await clock.advance(200);
    }

    assert.equal(breaker.state, state);
  });
}

for (const failure of ['timeout', 'unreachable', 'server_error'] as const) {
  test(`a ${failure} of texts that are longer than any batch does not open it: they can be too much for it`, async () => {
    const { breaker, shout, upstream, clock } = startGuarded();
    const error = new AttemptError(failure, 'as scripted');
    upstream.failWith(error);

    const states: string[] = [];
    for (const length of [32_769, 32_768]) {
      for (let i = 0; i < 10; i++) {
        await assert.rejects(shout('x'.repeat(length)), error);
        await clock.advance(200);
      }
      states.push(breaker.state);
    }

    assert.deepEqual(states, ['closed', 'open']);
  });
}

test('while the breaker is open, callers are refused at once, with the time left or that of a longer pause; then a successful probe closes it', async () => {
  const { open, shout, breaker, gate, upstream, clock } = startGuarded();
  await open();
  await clock.advance(250);

  const refused = await shout('refused').catch((error) => error);
  gate.pause(2000);
  const paused = await shout('refused').catch((error) => error);
  await clock.advance(750);
  const { text } = await shout('probe');

  assert.deepEqual([refused.code, refused.retryAfterMs], ['UPSTREAM_UNREACHABLE', 750]);
  assert.equal(paused.retryAfterMs, 2000);
  assert.equal(refused instanceof AttemptError, false);
  assert.deepEqual([upstream.calls, text, breaker.state], [['probe'], 'PROBE', 'closed']);
});

test('if a probe fails, its failure is the reason why the breaker opens again', async () => {
  const { open, shout, upstream, changes, clock } = startGuarded();
  await open();
  await clock.advance(1000);
  const failure = new AttemptError('unreachable', 'as scripted');
  upstream.failWith(failure);

  await Promise.allSettled(numbered(3).map((text) => shout(text)));

  assert.deepEqual(changes.at(-1), ['open', failure]);
});

test('a good answer to a call from before the breaker opened closes it', async () => {
  const { open, shout, breaker, early } = startGuarded();
  early.hold();
  const answer = shout('early');
  await open();

  early.answerHeld();
  await answer;

  assert.equal(breaker.state, 'closed');
});

for (const end of ['fail', 'leave'] as const) {
  test(`calls from before it opened that ${end} while it is half open are not probes`, async () => {
    const { open, shout, breaker, early, upstream, clock } = startGuarded();
    early.hold();
    const { call, leave } = leavableCall();
    const shouts = numbered(20).map((text) => shout(`early ${text}`, call));
    await open();
    await clock.advance(1000);
    upstream.hold();
    const probes = numbered(3).map((text) => shout(text));

    if (end === 'leave') leave();
    else early.failHeld(new AttemptError('timeout', 'as scripted'));
    await Promise.allSettled(shouts);
    const more = numbered(20).map((text) => shout(text));

    assert.deepEqual([breaker.state, upstream.calls.length], ['half-open', 3]);
    upstream.recover();
    await Promise.allSettled([...probes, ...more]);
  });
}

/** A guarded shouter around a fake, with the breaker settings of production. Texts that begin with "early" go to another fake. */
function startGuarded() {
  const world = testWorld();
  world.clock.setRandom(0);
  const early = fakeShouter();
  const numbers = { failures: 10, spanMs: 1000, probes: 3, leastOpenMs: 1000, mostOpenMs: 5000 };
  const changes: unknown[] = [];
  const breaker = new Breaker({ ...numbers, onChange: (...change) => void changes.push(change) }, world);
  const either = (upstream: Shouter): Shouter => ({
    shout: (text, call) => (text.startsWith('early') ? early : upstream).shout(text, call),
  });
  const gate = new Gate({ connections: 1 }, world);
  const guarded = layerUnderTest((upstream) => guardedShouter(either(upstream), breaker, gate), { world });

  return {
    ...guarded,
    breaker,
    gate,
    changes,
    early,
    async open() {
      for (let i = 0; i < 10; i++) {
        if (i === 9) await guarded.clock.advance(1000);
        breaker.report('failure');
      }
    },
  };
}
