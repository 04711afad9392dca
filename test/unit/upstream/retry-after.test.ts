import assert from 'node:assert/strict';
import { test } from 'node:test';
import { retryAfterMs } from '../../../src/upstream/shoutcloud-shouter.ts';

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

test('the oldest form of an HTTP date is one of GMT wherever we run', (t) => {
  const zone = process.env.TZ ?? 'UTC';
  t.after(() => {
    process.env.TZ = zone;
  });
  process.env.TZ = 'America/New_York';

  assert.equal(retryAfterMs('Tue Jan  1 00:00:07 2030', NOW), 7000);
});

const NUMBERS = [
  ...['', ' ', '0', '-1', '+5', '1.5', '0x10', '1e3', '1E3', '1e', '1_000', '٣', '5 seconds', '5, 10'],
];
const DATES = ['soon', '2030-01-01T00:00:07Z', 'Tue, 99 Jan 2030 00:00:07 GMT'];
const PAST = ['Mon, 31 Dec 2029 23:59:59 GMT', 'Tue, 01 Jan 2030 00:00:00 GMT'];
for (const header of [undefined, ['5'], ...NUMBERS, ...DATES, ...PAST]) {
  test(`Retry-After ${JSON.stringify(header)} counts as absent`, () => {
    assert.equal(retryAfterMs(header, NOW), undefined);
  });
}
