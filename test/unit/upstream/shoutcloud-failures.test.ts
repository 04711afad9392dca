import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AttemptFailure } from '../../../src/core/errors.ts';
import { testCall } from '../../support/call.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { closedUrl, httpServer } from '../../support/http-server.ts';
import { pick } from '../../support/pick.ts';
import { attempted, shouterFor } from './shoutcloud-attempt.ts';

const FAULTS: Record<Exclude<AttemptFailure, 'timeout'>, string> = {
  unreachable: 'reset=before reset=in-headers reset=after-headers reset=in-body close truncate garbage',
  throttled: 'status=429 status=429,retry-after=soon',
  server_error: 'status=500 status=502 status=503 status=599 status=408',
  rejected: 'status=400 status=404 status=201 status=204 redirect=301 redirect=308',
  unreadable: 'cut-json bom array string number null deep html empty gzip endless huge=1',
  wrong:
    'wrong longer shorter lower replacement wrong-input crossed no-output null-output number-output double-output invalid-utf8',
};
for (const [failure, faults] of Object.entries(FAULTS)) {
  for (const fault of faults.split(' ')) {
    test(`${fault} is a failed attempt, ${failure}, that does not quote the text; the next one is answered`, async (t) => {
      const { shout, world } = await attempted(t, { script: `${fault} ok` });

      const error = await shout('user-text').catch((error) => error);
      const { text } = await shout('user-text');

      assert.deepEqual([error.name, error.failure, text], ['AttemptError', failure, 'USER-TEXT']);
      assert.doesNotMatch(JSON.stringify([error.message, String(error.cause)]), /user-text/i);
      assert.deepEqual(pick(world.told('attempt'), 'outcome'), [failure, 'success']);
    });
  }
}

for (const fault of ['hang', 'stall', 'drip=3600000', 'slow=3600000']) {
  test(`${fault} ends when the attempt's time is up`, async (t) => {
    const clock = fakeClock();
    const asked = Promise.withResolvers<void>();
    const options = { faults: fault, onShout: () => asked.resolve() };
    const { shout, shoutcloud } = await attempted(t, options, clock);

    const answer = assert.rejects(shout('hello'), { failure: 'timeout' });
    await asked.promise;
    await clock.advance(60_000);

    await answer;
    assert.deepEqual([shoutcloud.calls, clock.timers()], [1, 0]);
  });
}

for (const body of ['{"OUTPUT":"X","OUTPUT":"A"}', '{"OUTPUT":"A","OUTPUT" : "A"}']) {
  test(`of two OUTPUTs neither is trusted: ${body}`, async (t) => {
    const { url } = await httpServer(t, (_request, response) => response.end(body));

    await assert.rejects(shouterFor(t, url).shout('a'), { failure: 'wrong' });
  });
}

test('a refused connection is unreachable and keeps its cause', async (t) => {
  const { shout } = shouterFor(t, await closedUrl());

  const error = await shout('hello').catch((error) => error);

  assert.deepEqual([error.failure, error.cause.code], ['unreachable', 'ECONNREFUSED']);
});

for (const [fault, retryAfterMs] of [
  ['status=503,retry-after=7', 7000],
  ['status=429,retry-after=7', 7000],
  ['status=503,retry-after=-7', undefined],
  ['status=400,retry-after=7', undefined],
] as const) {
  test(`${fault} asks for a pause of ${retryAfterMs} ms`, async (t) => {
    const { shout } = await attempted(t, { faults: fault });

    await assert.rejects(shout('hello'), { retryAfterMs });
  });
}

test('once sent, an attempt goes on when its caller leaves', async (t) => {
  const controller = new AbortController();
  const { shout } = await attempted(t, { onShout: () => controller.abort() });

  const { text } = await shout('hello', testCall({ signal: controller.signal }));

  assert.equal(text, 'HELLO');
});
