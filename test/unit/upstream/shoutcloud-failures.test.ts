import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AttemptFailure } from '../../../src/core/errors.ts';
import { testCall } from '../../support/call.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { closedUrl, httpServer } from '../../support/http-server.ts';
import { attempted, shouterFor } from './shoutcloud-attempt.ts';

const FAULTS: Record<Exclude<AttemptFailure, 'timeout'>, readonly string[]> = {
  unreachable: [
    'reset=before',
    'reset=in-headers',
    'reset=after-headers',
    'reset=in-body',
    'close',
    'truncate',
    'garbage',
  ],
  throttled: ['status=429', 'status=429,retry-after=soon'],
  server_error: ['status=500', 'status=502', 'status=503', 'status=599', 'status=408'],
  rejected: ['status=400', 'status=404', 'status=201', 'status=204', 'redirect=301', 'redirect=308'],
  unreadable: [
    'cut-json',
    'bom',
    'array',
    'string',
    'number',
    'null',
    'deep',
    'html',
    'empty',
    'gzip',
    'endless',
    'huge=1',
  ],
  wrong: [
    'wrong',
    'longer',
    'shorter',
    'lower',
    'replacement',
    'wrong-input',
    'crossed',
    'no-output',
    'null-output',
    'number-output',
    'double-output',
    'invalid-utf8',
  ],
};

for (const [failure, faults] of Object.entries(FAULTS)) {
  for (const fault of faults) {
    test(`${fault} is no answer but a failed attempt: ${failure}`, async (t) => {
      const { shouter, world } = await attempted(t, { faults: fault });

      await assert.rejects(async () => shouter.shout('hello', testCall()), { name: 'AttemptError', failure });

      assert.deepEqual(
        world.told('attempt').map(({ outcome }) => outcome),
        [failure],
      );
    });
  }
}

for (const fault of ['hang', 'stall', 'drip=3600000', 'slow=3600000']) {
  test(`${fault} ends when the attempt's time is up`, async (t) => {
    const clock = fakeClock();
    const asked = Promise.withResolvers<void>();
    const { shouter, shoutcloud } = await attempted(
      t,
      { faults: fault, onShout: () => asked.resolve() },
      clock,
    );

    const answer = assert.rejects(async () => shouter.shout('hello', testCall()), { failure: 'timeout' });
    await asked.promise;
    await clock.advance(60_000);

    await answer;
    assert.equal(shoutcloud.calls, 1);
    assert.equal(clock.timers(), 0);
  });
}

for (const body of ['{"OUTPUT":"X","OUTPUT":"A"}', '{"OUTPUT":"A","OUTPUT" : "A"}']) {
  test(`of two OUTPUTs neither is trusted: ${body}`, async (t) => {
    const { url } = await httpServer(t, (_request, response) => response.end(body));
    const { shouter } = shouterFor(t, url);

    await assert.rejects(async () => shouter.shout('a', testCall()), { failure: 'wrong' });
  });
}

test('a refused connection is unreachable and keeps its cause', async (t) => {
  const { shouter } = shouterFor(t, await closedUrl());

  await assert.rejects(
    async () => shouter.shout('hello', testCall()),
    (error: { failure?: string; cause?: { code?: string } }) => {
      assert.deepEqual([error.failure, error.cause?.code], ['unreachable', 'ECONNREFUSED']);
      return true;
    },
  );
});

test('a name that nobody knows is unreachable', async (t) => {
  const { shouter } = shouterFor(t, 'http://nobody.invalid');

  await assert.rejects(async () => shouter.shout('hello', testCall()), { failure: 'unreachable' });
});

for (const [fault, retryAfterMs] of [
  ['status=503,retry-after=7', 7000],
  ['status=429,retry-after=7', 7000],
  ['status=503,retry-after=-7', undefined],
  ['status=503', undefined],
  ['status=400,retry-after=7', undefined],
] as const) {
  test(`${fault} asks for a pause of ${retryAfterMs} ms`, async (t) => {
    const { shouter } = await attempted(t, { faults: fault });

    await assert.rejects(async () => shouter.shout('hello', testCall()), { retryAfterMs });
  });
}

test('no failure quotes the text', async (t) => {
  const faults = Object.values(FAULTS).flat();
  const { shouter } = await attempted(t, { script: faults.join(' ') });

  for (const fault of faults) {
    const error = await Promise.resolve(shouter.shout('user-text', testCall())).catch((failure) => failure);
    assert.ok(!/user-text/i.test(JSON.stringify([error.message, String(error.cause)])), fault);
  }
});

test('after a failure the next attempt is answered', async (t) => {
  const faults = Object.values(FAULTS).flat();
  const { shouter } = await attempted(t, { script: faults.map((fault) => `${fault} ok`).join(' ') });

  for (const fault of faults) {
    await assert.rejects(async () => shouter.shout(fault, testCall()), fault);
    const { text } = await shouter.shout(fault, testCall());
    assert.equal(text, fault.toUpperCase());
  }
});
