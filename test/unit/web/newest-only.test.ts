import assert from 'node:assert/strict';
import { beforeEach, mock, test } from 'node:test';
import { afterPause, newestOnly } from '../../../src/web/browser/timing.ts';
import { settled } from '../../support/fake-clock.ts';

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ['setTimeout'] });
});

test('a burst of typing asks once, for the last text, when it pauses', () => {
  const { typist, asked } = setUp();

  for (const text of ['h', 'he', 'hel']) {
    mock.timers.tick(149);
    typist.later(text);
  }
  mock.timers.tick(149);
  const before = asked.map(({ text }) => text);
  mock.timers.tick(1);

  assert.deepEqual([before, asked.map(({ text }) => text)], [[], ['hel']]);
});

test('answers out of order: only the newest text is answered', async () => {
  const { typist, asked, shown } = setUp();
  typist.now('first');
  typist.now('second');

  asked[1]?.answer('DNOCES');
  asked[0]?.answer('TSRIF');
  await settled();

  assert.deepEqual(shown, ['DNOCES']);
});

test('the next letter aborts the request that is under way, before typing pauses', async () => {
  const { typist, asked, shown } = setUp();
  typist.now('first');

  typist.later('first and');
  asked[0]?.answer('TSRIF');
  await settled();

  assert.equal(asked[0]?.signal.aborted, true);
  assert.deepEqual(shown, []);
});

test('after a stop, it neither asks nor shows an answer', async () => {
  const { typist, asked, shown } = setUp();
  typist.now('first');
  typist.later('second');

  typist.stop();
  mock.timers.tick(1000);
  asked[0]?.answer('TSRIF');
  await settled();

  assert.equal(asked.length, 1);
  assert.deepEqual(shown, []);
});

test('of values that follow each other quickly, only the last one is used', () => {
  const used: string[] = [];
  const pause = afterPause<string>(100, (value) => used.push(value));

  for (const value of ['first', 'second']) pause.start(value);
  mock.timers.tick(100);

  assert.deepEqual(used, ['second']);
});

interface Asked {
  readonly text: string;
  readonly signal: AbortSignal;
  readonly answer: (reply: string) => void;
}

function setUp() {
  const asked: Asked[] = [];
  const shown: string[] = [];
  const typist = newestOnly<string>({
    pauseMs: 150,
    ask(text, signal) {
      const { promise, resolve } = Promise.withResolvers<string>();
      asked.push({ text, signal, answer: resolve });
      return promise;
    },
    show: (reply) => shown.push(reply),
  });
  return { typist, asked, shown };
}
