import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { Breaker } from '../../src/core/breaker.ts';
import { TuohsError } from '../../src/core/errors.ts';
import type { Shout, Shouter } from '../../src/core/shouter.ts';
import type { Layers } from '../../src/shouter-stack.ts';
import { batchedShouter } from '../../src/upstream/batched-shouter.ts';
import { cachedShouter, memoryStore } from '../../src/upstream/cached-shouter.ts';
import { coalescedShouter, missLimitedShouter } from '../../src/upstream/coalesced-shouter.ts';
import { deadlineShouter, fallbackShouter } from '../../src/upstream/deadline-shouter.ts';
import { Gate, gatedShouter, guardedShouter } from '../../src/upstream/gated-shouter.ts';
import { RetryBudget, retriedShouter } from '../../src/upstream/retried-shouter.ts';
import { abandonedCall, testCall } from '../support/call.ts';
import { fakeShouter } from '../support/fake-shouter.ts';
import { pick } from '../support/pick.ts';
import { type TestWorld, testWorld } from '../support/world.ts';
import { attempted } from '../unit/upstream/shoutcloud-attempt.ts';

const BREAKER = { failures: 10, spanMs: 1000, probes: 3, leastOpenMs: 1000, mostOpenMs: 5000, onChange() {} };
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

/** Each layer around a fake. If a layer of `src/shouter-stack.ts` is missing here, the compiler reports it. */
const LAYERS: Readonly<
  Record<Exclude<keyof Layers, 'shoutcloud'>, (inner: Shouter, world: TestWorld) => Shouter>
> = {
  fallback: (inner, world) => fallbackShouter(inner, { nextTurn: async () => {} }, world),
  deadline: (inner, world) => deadlineShouter(inner, { deadlineMs: 3000 }, world),
  memory: (inner, world) => cachedShouter(inner, memoryStore({ maxBytes: 4_000_000 }), world),
  missLimited: (inner, world) =>
    missLimitedShouter(inner, { waiting: () => 0, maxWaiting: 1, isPressed: () => false }, world),
  coalesced: coalescedShouter,
  redis: (inner, world) => {
    const store = memoryStore({ maxBytes: 4_000_000 });
    return cachedShouter(inner, { ...store, get: async (text) => store.get(text) }, world);
  },
  batched(inner, world) {
    const gate = new Gate({ connections: 4 }, world);
    const options = { maxItems: 8, gate, budget: new RetryBudget({ ratio: 1 }), isWorthwhile: () => true };
    return batchedShouter(gatedShouter(inner, gate), options, world);
  },
  retried: (inner, world) =>
    retriedShouter(
      inner,
      { retries: 0, budget: new RetryBudget({ ratio: 1 }), isWorthwhile: () => true },
      world,
    ),
  guarded: (inner, world) =>
    guardedShouter(inner, new Breaker(BREAKER, world), new Gate({ connections: 4 }, world)),
  gated: (inner, world) => gatedShouter(inner, new Gate({ connections: 4 }, world)),
};
shouterContract(
  'the fake',
  madeOf((fake) => fake),
);
for (const [name, wrap] of Object.entries(LAYERS)) shouterContract(name, madeOf(wrap));

shouterContract('shoutcloud', async (t, upstream) => {
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

function madeOf(wrap: (inner: Shouter, world: TestWorld) => Shouter): MakeShouter {
  return async (_t, upstream) => {
    const fake = fakeShouter();
    // No layer retries after this failure, or answers instead of failing.
    if (upstream === 'failing') fake.failWith(new TuohsError('OVERLOADED', 'as scripted'));
    return { shouter: wrap(fake, testWorld()), sent: () => fake.calls };
  };
}
