import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { TuohsError } from '../../src/core/errors.ts';
import type { Shout, Shouter } from '../../src/core/shouter.ts';
import { abandonedCall, testCall } from '../support/call.ts';
import { pick } from '../support/pick.ts';

/** A shouter and what it sent to the upstream behind it. */
export interface ShouterUnderTest {
  readonly shouter: Shouter;
  sent(): readonly string[];
}

/** A fresh one, with an upstream that answers well or fails each call. It ends with the test. */
export type MakeShouter = (
  test: TestContext,
  upstream: 'well' | 'failing',
) => ShouterUnderTest | Promise<ShouterUnderTest>;

const LONG = 'lörem ipsum '.repeat(10_000);
const ODD = {
  'straße ŉ ﬁ ᾀ ı ſ ǆ': 'STRAßE ŉ ﬁ ᾈ I S Ǆ',
  'x🇺🇸e\u0301👨‍👩‍👧': 'X🇺🇸E\u0301👨‍👩‍👧',
  '<&>\u2028\u2029\0"\\\n': '<&>\u2028\u2029\0"\\\n',
  [LONG]: LONG.toUpperCase(),
};

/** What every `Shouter` promises. */
export function shouterContract(name: string, makeShouter: MakeShouter): void {
  test(`${name}: many texts at once each get their own answer, as SHOUTCLOUD gives it`, async (t) => {
    const { shouter } = await makeShouter(t, 'well');
    const plain = Array.from({ length: 20 }, (_, i) => `text ${i % 15}`);
    const shouted = new Map(plain.map((text) => [text, text.toUpperCase()]));
    for (const [text, shout] of Object.entries(ODD)) shouted.set(text, shout);
    const texts = [...plain, ...shouted.keys()];

    const shouts = await Promise.all(texts.map((text) => shouter.shout(text, testCall())));

    const right = texts.map((text) => shouted.get(text));
    assert.deepEqual(pick(shouts, 'text'), right);
  });

  test(`${name}: a failure is a rejection with a TuohsError`, async (t) => {
    const { shouter } = await makeShouter(t, 'failing');
    let answer: Shout | Promise<Shout> | undefined;

    assert.doesNotThrow(() => {
      answer = shouter.shout('hello', testCall());
    });

    await assert.rejects(async () => answer, TuohsError);
  });

  test(`${name}: what was abandoned before it began is rejected and not sent`, async (t) => {
    const { shouter, sent } = await makeShouter(t, 'well');

    const answer = (async () => shouter.shout('nobody waits', abandonedCall()))();

    await assert.rejects(answer, TuohsError);
    assert.deepEqual(sent(), []);
  });
}
