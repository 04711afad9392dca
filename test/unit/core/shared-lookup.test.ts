import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Lookup, sharedLookup } from '../../../src/core/shared-lookup.ts';
import { fakeClock } from '../../support/fake-clock.ts';

const OLD = '192.0.2.1';
const NEW = '192.0.2.2';

test('a name is looked up once for all callers that ask at the same time, and again for the next one', async () => {
  const { ask, answer, asked, clock } = start();

  const first = [ask(), ask(), ask('other.test'), ask('a.test', { all: true })];
  for (const address of [OLD, NEW, OLD]) answer(address);
  assert.deepEqual(await Promise.all(first), [OLD, OLD, NEW, OLD]);
  const again = ask();
  answer(NEW);

  assert.equal(await again, NEW);
  assert.deepEqual(asked, ['a.test', 'other.test', 'a.test', 'a.test']);
  assert.equal(clock.timers(), 0);
});

for (const [what, code, expected] of [
  ['while the name server fails, the last known address is used', 'EAI_AGAIN', OLD],
  ['a name that no longer exists has no address', 'ENOTFOUND', 'ENOTFOUND'],
] as const) {
  test(what, async () => {
    const { ask, answer } = await startKnowing(OLD);

    const next = ask();
    answer(code);
    assert.equal(await next, expected);
    const later = ask();
    answer(NEW);

    assert.equal(await later, NEW);
  });
}

test('while the name server does not answer, the last known address is used after a second, later at once', async () => {
  const { ask, answer, clock, asked } = await startKnowing(OLD);

  const late = ask();
  await clock.advance(1000);
  const atOnce = ask();
  assert.deepEqual(await Promise.all([late, atOnce]), [OLD, OLD]);
  answer(OLD);
  const next = [ask(), ask()];
  await clock.advance(999);
  answer(NEW);

  assert.deepEqual(await Promise.all(next), [NEW, NEW]);
  assert.equal(asked.length, 3);
});

for (const [what, code] of [
  ['is awaited for as long as it takes', NEW],
  ['can fail', 'EAI_AGAIN'],
] as const) {
  test(`a first look-up ${what}`, async () => {
    const { ask, answer, clock } = start();

    const first = ask();
    await clock.advance(9000);
    answer(code);

    assert.equal(await first, code);
  });
}

async function startKnowing(address: string) {
  const started = start();
  const known = started.ask();
  started.answer(address);
  await known;
  return started;
}

/** A name server that answers when the test says so, in the order of the questions. */
function start() {
  const clock = fakeClock();
  const asked: string[] = [];
  const waiting: Parameters<Lookup>[2][] = [];
  const lookup = sharedLookup((host, _options, found) => {
    asked.push(host);
    waiting.push(found);
  }, clock);

  return {
    clock,
    asked,
    /** Resolves with the address, or with the code of the error. */
    ask: (host = 'a.test', options = {}) =>
      new Promise<unknown>((resolve) => {
        let isAsking = true;
        let isAnswered = false;
        lookup(host, options, (error, address) => {
          assert.ok(!isAnswered, 'a second answer to one question');
          isAnswered = true;
          resolve(isAsking ? 'at once' : (error?.code ?? address));
        });
        isAsking = false;
      }),
    /** Answers with an address, or with the code of an error. */
    answer(text: string): void {
      if (/^[A-Z_]+$/.test(text)) waiting.shift()?.(Object.assign(new Error(text), { code: text }), '');
      else waiting.shift()?.(null, text, 4);
    },
  };
}
