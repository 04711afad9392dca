import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { AttemptError } from '../../src/core/errors.ts';
import { type StackSettings, shouterStack } from '../../src/shouter-stack.ts';
import type { AttemptRequest, AttemptResponse } from '../../src/upstream/http-transport.ts';
import { testCall } from '../support/call.ts';
import { testWorld } from '../support/world.ts';

test('a pause is in the status in whole milliseconds; closing the layers ends it, and closes the connections', async () => {
  const { stack, world, shout, isClosed } = start(async () => responseOf(503, { 'retry-after': '30' }, ''));
  await assert.rejects(shout('a'), { code: 'UPSTREAM_UNREACHABLE' });
  await world.clock.advance(0.5);

  const { pauseMs } = stack.status().upstream;
  const state = stack.upstream();
  await stack.close();

  assert.deepEqual([pauseMs, state, world.clock.timers(), isClosed()], [30_000, 'paused', 0, true]);
});

test('the event of the breaker says why it opened; while it lets probes through, a failed batch is not sent again in halves', async () => {
  const failure = new AttemptError('unreachable', 'no answer came');
  let attempts = 0;
  const { stack, world, shout } = start(() => {
    attempts++;
    return Promise.reject(failure);
  });

  for (let i = 0; i < 10; i++) {
    await assert.rejects(shout(`${i}`));
    await world.clock.advance(150);
  }
  await world.clock.advance(1250);
  await Promise.all(['one', 'two'].map((text) => assert.rejects(shout(text))));

  const [opened, probing] = world.emitted('breaker');
  assert.deepEqual(opened, { type: 'breaker', state: 'open', error: failure });
  assert.deepEqual([probing?.state, stack.upstream(), attempts], ['half-open', 'failing', 10 + 1]);
});

for (const [maxInFlight, most] of [
  [8, 6],
  [1, 1],
] as const) {
  test(`with MAX_IN_FLIGHT at ${maxInFlight}, ${most} callers can wait for unknown texts`, async () => {
    const { shout, stack } = start(() => new Promise(() => {}), { maxInFlight });
    for (let i = 0; i < most; i++) void shout('same');

    await assert.rejects(shout('one more'), { code: 'OVERLOADED' });

    assert.equal(stack.status().upstream.waiting, most);
  });
}

const LIKE_A_SERVICE = {
  requestDeadlineMs: 3000,
  maxInFlight: 1000,
  upstreamRetries: 10,
  retryBudgetRatio: 1,
};
for (const [what, permits] of [
  ['permits five requests a second', (count: number, ms: number) => count < (5 * ms) / 1000],
  [
    'answers three of ten requests with 429',
    (_: number, __: number, attempt: number) => ![1, 4, 7].includes(attempt % 10),
  ],
] as const) {
  test(`all of 200 texts a second are answered by a SHOUTCLOUD that ${what} and names no pause`, async () => {
    let [attempts, good] = [0, 0];
    const { shout, world } = start(async ({ body }) => {
      await world.clock.sleep(50);
      if (!permits(good, world.clock.now(), attempts++)) return responseOf(429, {}, '');
      good++;
      const { INPUT } = JSON.parse(body);
      return responseOf(200, {}, JSON.stringify({ INPUT, OUTPUT: INPUT.toUpperCase() }));
    }, LIKE_A_SERVICE);

    const answers: Promise<unknown>[] = [];
    for (let i = 0; i < 100; i++) {
      for (let j = 0; j < 10; j++) answers.push(shout(`text ${i} ${j}`));
      await world.clock.advance(50);
    }
    await world.clock.advance(3000);

    assert.ok((await Promise.allSettled(answers)).every(({ status }) => status === 'fulfilled'));
  });
}

/** All layers around a SHOUTCLOUD that answers with `send`. */
function start(
  send: (attempt: AttemptRequest) => Promise<AttemptResponse>,
  settings: Partial<StackSettings> = {},
) {
  const world = testWorld();
  let isClosed = false;
  const close = async () => {
    isClosed = true;
  };
  const stack = shouterStack(
    {
      settings: {
        ...{ attemptTimeoutMs: 5000, requestDeadlineMs: 10_000, cacheMaxBytes: 1_000_000, maxInFlight: 100 },
        ...{ batchMaxItems: 64, upstreamConnections: 4, upstreamRetries: 0, retryBudgetRatio: 0.2 },
        fallback: 'none',
        ...settings,
      },
      transport: { send, close },
      redis: undefined,
      isPressed: () => false,
      nextTurn: async () => {},
    },
    world,
  );
  const shout = async (text: string) => stack.shouter.shout(text, testCall());
  return { stack, world, shout, isClosed: () => isClosed };
}

function responseOf(statusCode: number, headers: AttemptResponse['headers'], body: string): AttemptResponse {
  return { statusCode, headers, body: Readable.from([Buffer.from(body)]), closeConnection: () => {} };
}
