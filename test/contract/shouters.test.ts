import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { AttemptError, TuohsError } from '../../src/core/errors.ts';
import type { Shout, Shouter } from '../../src/core/shouter.ts';
import { batchedShouter } from '../../src/upstream/batched-shouter.ts';
import { cachedShouter, memoryStore } from '../../src/upstream/cached-shouter.ts';
import { coalescedShouter } from '../../src/upstream/coalesced-shouter.ts';
import { deadlineShouter } from '../../src/upstream/deadline-shouter.ts';
import { Gate, gatedShouter } from '../../src/upstream/gated-shouter.ts';
import { RetryBudget } from '../../src/upstream/retried-shouter.ts';
import { abandonedCall, testCall } from '../support/call.ts';
import { fakeShouter } from '../support/fake-shouter.ts';
import { pick } from '../support/pick.ts';
import { type TestWorld, testWorld } from '../support/world.ts';
import { attempted } from '../unit/upstream/shoutcloud-attempt.ts';

const LONG = 'lörem ipsum '.repeat(10_000);
const ODD = {
  'straße ŉ ﬁ ᾀ ı ſ ǆ': 'STRAßE ŉ ﬁ ᾈ I S Ǆ',
  'x🇺🇸e\u0301👨‍👩‍👧': 'X🇺🇸E\u0301👨‍👩‍👧',
  '<&>\u2028\u2029\0"\\\n': '<&>\u2028\u2029\0"\\\n',
  [LONG]: LONG.toUpperCase(),
};

/**
 * Makes a shouter and a list of what it sends to its upstream, which answers or fails each call. The shouter ends with the test.
 */
type MakeShouter = (
  t: TestContext,
  upstream: 'well' | 'failing',
) => Promise<{ readonly shouter: Shouter; sent(): readonly string[] }>;

const LAYERS: Readonly<Record<string, (inner: Shouter, world: TestWorld) => Shouter>> = {
  'fake shouter': (fake) => fake,
  'cached shouter': (inner, world) => cachedShouter(inner, memoryStore({ maxBytes: 4_000_000 }), world),
  'coalesced shouter': coalescedShouter,
  'deadline shouter': (inner, world) => deadlineShouter(inner, { deadlineMs: 3000 }, world),
  'batched and gated shouters': (inner, world) => {
    const gate = new Gate({ connections: 4 }, world);
    const options = { maxItems: 8, gate, budget: new RetryBudget({ ratio: 1 }), isWorthwhile: () => true };
    return batchedShouter(gatedShouter(inner, gate), options, world);
  },
};
for (const [name, wrap] of Object.entries(LAYERS)) {
  shouterContract(name, async (_t, upstream) => {
    const fake = fakeShouter();
    if (upstream === 'failing') fake.failWith(new AttemptError('server_error', 'as told'));
    return { shouter: wrap(fake, testWorld()), sent: () => fake.calls };
  });
}

shouterContract('SHOUTCLOUD shouter', async (t, upstream) => {
  const sent: string[] = [];
  const shouter = await attempted(t, {
    faults: upstream === 'failing' ? 'status=503' : '',
    onShout: ({ input }) => sent.push(input),
  });
  return { shouter, sent: () => sent };
});

/** The promises of every `Shouter`. */
function shouterContract(name: string, makeShouter: MakeShouter): void {
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

  test(`${name}: a call that was abandoned before it began is rejected and not sent`, async (t) => {
    const { shouter, sent } = await makeShouter(t, 'well');

    const answer = (async () => shouter.shout('no one waits', abandonedCall()))();

    await assert.rejects(answer, TuohsError);
    assert.deepEqual(sent(), []);
  });
}
