import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AttemptFailure } from '../../../src/core/errors.ts';
import { retryAfterMs } from '../../../src/upstream/shoutcloud-shouter.ts';
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
      assert.deepEqual(pick(world.emitted('attempt'), 'outcome'), [failure, 'success']);
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
  test(`an answer with two OUTPUTs is not trusted: ${body}`, async (t) => {
    const { url } = await httpServer(t, (_request, response) => response.end(body));

    await assert.rejects(shouterFor(t, url).shout('a'), { failure: 'wrong' });
  });
}

test('a refused connection is unreachable and keeps its cause', async (t) => {
  const { shout } = shouterFor(t, await closedUrl());

  const error = await shout('hello').catch((error) => error);

  assert.deepEqual([error.failure, error.cause.code], ['unreachable', 'ECONNREFUSED']);
});

for (const [fault, ms] of [
  ['status=503,retry-after=7', 7000],
  ['status=429,retry-after=7', 7000],
  ['status=503,retry-after=-7', undefined],
  ['status=400,retry-after=7', undefined],
] as const) {
  test(`${fault} asks for a pause of ${ms} ms`, async (t) => {
    const { shout } = await attempted(t, { faults: fault });

    await assert.rejects(shout('hello'), { retryAfterMs: ms });
  });
}

test('once sent, an attempt goes on when its caller leaves', async (t) => {
  const controller = new AbortController();
  const { shout } = await attempted(t, { onShout: () => controller.abort() });

  const { text } = await shout('hello', testCall({ signal: controller.signal }));

  assert.equal(text, 'HELLO');
});

const NOW = Date.UTC(2030, 0, 1);

const SENSIBLE = {
  '1': 1000,
  ' 5 ': 5000,
  '060': 60_000,
  '61': 60_000,
  '99999999999999999999': 60_000,
  'Tue, 01 Jan 2030 00:00:07 GMT': 7000,
  'Wed, 02 Jan 2030 00:00:00 GMT': 60_000,
  'Tuesday, 01-Jan-30 00:00:07 GMT': 7000,
};
for (const [header, ms] of Object.entries(SENSIBLE)) {
  test(`Retry-After ${JSON.stringify(header)} is a pause of ${ms} ms`, () => {
    assert.equal(retryAfterMs(header, NOW), ms);
  });
}

test('a pause of less than a second is a second', () => {
  assert.equal(retryAfterMs('Tue, 01 Jan 2030 00:00:01 GMT', NOW + 900), 1000);
});

test('the oldest form of an HTTP date is read as GMT, whatever our time zone is', (t) => {
  const zone = process.env.TZ ?? 'UTC';
  t.after(() => {
    process.env.TZ = zone;
  });
  process.env.TZ = 'America/New_York';

  assert.equal(retryAfterMs('Tue Jan  1 00:00:07 2030', NOW), 7000);
});

const NUMBERS = ['', ' ', '0', '-1', '+5', '1.5', '0x10', '1e3', '1E3', '1e', '1_000', '٣', '5 sec', '5, 10'];
const DATES = ['soon', '2030-01-01T00:00:07Z', 'Tue, 99 Jan 2030 00:00:07 GMT'];
const PAST = ['Mon, 31 Dec 2029 23:59:59 GMT', 'Tue, 01 Jan 2030 00:00:00 GMT'];
for (const header of [undefined, ['5'], ...NUMBERS, ...DATES, ...PAST]) {
  test(`Retry-After ${JSON.stringify(header)} counts as absent`, () => {
    assert.equal(retryAfterMs(header, NOW), undefined);
  });
}
