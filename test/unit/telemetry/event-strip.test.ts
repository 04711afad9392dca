import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AttemptError, TuohsError } from '../../../src/core/errors.ts';
import { emitTo } from '../../../src/core/events.ts';
import { eventStrip } from '../../../src/telemetry/event-strip.ts';
import { testCall } from '../../support/call.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { fakeShouter } from '../../support/fake-shouter.ts';

test('a failed attempt and its retry are two lines, and the answer says where it came from', async () => {
  const { strip, upstream, says } = setUp();
  const attempt = strip.view('attempt', upstream);
  const answer = strip.view('text', upstream);
  const call = testCall();

  upstream.failWith(new AttemptError('server_error', 'as scripted'));
  await assert.rejects(async () => attempt.shout('text', call));
  upstream.recover();
  await attempt.shout('text', call);
  await answer.shout('text', call);

  assert.deepEqual(says(), [
    'bad: SHOUTCLOUD failed in 0 ms: an error of its own',
    'good: retry 1: SHOUTCLOUD answered in 0 ms',
    'good: answered from SHOUTCLOUD in 0 ms',
  ]);
});

for (const [shout, words] of [
  [{ source: 'memory' }, 'answered from memory in 0 ms'],
  [{ source: 'redis' }, 'answered from Redis in 0 ms'],
  [{ source: 'local' }, 'answered by our own mapping in 0 ms'],
  [{ collapsed: true }, 'answered from SHOUTCLOUD, with another caller, in 0 ms'],
] as const) {
  test(`an answer without a promise stays one, and reads: ${words}`, () => {
    const { strip, says } = setUp();
    const inner = fakeShouter({ isSynchronous: true, says: shout });

    const found = strip.view('text', inner).shout('text', testCall());

    assert.ok(!(found instanceof Promise));
    assert.deepEqual(says(), [`good: ${words}`]);
  });
}

test('a refusal is noted with its code, thrown or rejected', async () => {
  const { strip, upstream, says } = setUp();
  const error = new TuohsError('OVERLOADED', 'as scripted');
  const shout = () => {
    throw error;
  };

  assert.throws(() => strip.view('text', { shout }).shout('text', testCall()), error);
  upstream.failWith(error);
  await assert.rejects(async () => strip.view('text', upstream).shout('text', testCall()), error);

  assert.deepEqual(says(), ['bad: refused in 0 ms: OVERLOADED', 'bad: refused in 0 ms: OVERLOADED']);
});

test('a batch says how many texts travelled, and quotes none', async () => {
  const { strip, upstream, says } = setUp();

  await strip.view('attempt', upstream).shout('secret', testCall({ texts: 5 }));

  assert.deepEqual(says(), ['good: SHOUTCLOUD answered 5 texts at once in 0 ms']);
  assert.doesNotMatch(JSON.stringify(strip.since(0)), /secret/i);
});

test('each change of the breaker is noted, other events are not, and other layers stay as they are', () => {
  const { strip, emit, upstream, says } = setUp();

  for (const state of ['open', 'half-open', 'closed'] as const) emit({ type: 'breaker', state });
  emit({ type: 'coalesced' });

  assert.equal(strip.view('memory', upstream), upstream);
  assert.deepEqual(says(), [
    'note: breaker open: SHOUTCLOUD is left alone for a while',
    'note: breaker half open: a few requests find out how SHOUTCLOUD is',
    'note: breaker closed: SHOUTCLOUD is asked again',
  ]);
});

test('the strip gives the entries since a number, at most the newest 200, all of them after a restart, and none without a number', () => {
  const { strip, emit } = setUp();
  for (let i = 0; i < 1000; i++) emit({ type: 'breaker', state: 'open' });

  const given = [0, 801, 999, 1000, 9999, undefined].map((last) => strip.since(last));

  const shown = given.map(({ length, 0: first }) => `${length} from ${first?.number}`).join();
  assert.equal(shown, '200 from 801,199 from 802,1 from 1000,0 from undefined,200 from 801,0 from undefined');
});

function setUp() {
  const strip = eventStrip({ clock: fakeClock() });
  const says = () => strip.since(0).map((entry) => `${entry.kind}: ${entry.says}`);
  return { strip, emit: emitTo(strip.listeners), upstream: fakeShouter(), says };
}
