import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AttemptError, type ErrorCode, TuohsError } from '../../src/core/errors.ts';
import { reverser, reverseShout } from '../../src/core/reverse.ts';
import type { Shout } from '../../src/core/shouter.ts';
import { problems } from '../../src/http/problem.ts';
import { failing, testApi } from '../support/api.ts';
import { fakeShouter } from '../support/fake-shouter.ts';
import { testWorld } from '../support/world.ts';

const ASKED = [
  { method: 'POST', url: '/v1', payload: { data: 'hello' } },
  { method: 'GET', url: '/v1?data=hello' },
] as const;

for (const code of Object.keys(problems) as ErrorCode[]) {
  for (const asked of ASKED) {
    test(`${asked.method}: a failure with ${code} is answered as the table has it`, async (t) => {
      const api = testApi(t, { reverseShout: failing(new TuohsError(code, 'only for the log')) });

      const { statusCode, headers, body } = await api.inject(asked);

      const { status, text } = problems[code];
      assert.equal(statusCode, status);
      assert.deepEqual(JSON.parse(body), { error: text, code, requestId: headers['x-request-id'] });
      assert.equal(headers['content-type'], 'application/json');
      assert.equal(headers['cache-control'], 'no-store');
      assert.equal(headers['retry-after'], [429, 503, 504].includes(status) ? '1' : undefined);
    });
  }
}

test('how long to wait is told in whole seconds', async (t) => {
  const error = new AttemptError('throttled', 'as told', { retryAfterMs: 4200 });
  const api = testApi(t, { reverseShout: failing(error) });

  const { statusCode, headers } = await api.inject(ASKED[0]);

  assert.deepEqual([statusCode, headers['retry-after']], [503, '5']);
});

for (const [what, error] of Object.entries({
  'an error of the runtime': new TypeError('hidden detail'),
  'an error with a status of its own': Object.assign(new Error('hidden detail'), { statusCode: 418 }),
  'no error at all': 'hidden detail',
})) {
  for (const asked of ASKED) {
    test(`${asked.method}: ${what} is a bare 500`, async (t) => {
      const api = testApi(t, { reverseShout: failing(error) });

      const { statusCode, headers, body } = await api.inject(asked);

      assert.equal(statusCode, 500);
      assert.equal(JSON.parse(body).code, 'INTERNAL');
      assert.equal(headers['cache-control'], 'no-store');
      assert.ok(!body.includes('hidden') && !JSON.stringify(headers).includes('hidden'));
    });
  }
}

test('what is thrown at once is answered like what is rejected', async (t) => {
  const reverseShout = () => {
    throw new TuohsError('OVERLOADED', 'as told');
  };

  const { statusCode } = await testApi(t, { reverseShout }).inject(ASKED[0]);

  assert.equal(statusCode, 503);
});

test('5xx are told as events with the request id and the error, others are not', async (t) => {
  const world = testWorld();
  const error = new AttemptError('wrong', 'as told');
  const api = testApi(t, { world, reverseShout: failing(error) });

  await api.inject({ ...ASKED[0], headers: { 'x-request-id': 'mine' } });
  await api.inject({ method: 'POST', url: '/v1', payload: 'no JSON' });

  assert.deepEqual(world.told('failed'), [
    { type: 'failed', requestId: 'mine', code: 'UPSTREAM_WRONG', error },
  ]);
});

test('health asks the core for TSET', async (t) => {
  const shouter = fakeShouter();
  const api = testApi(t, { reverseShout: reverseShout(shouter, reverser('grapheme')) });

  const { statusCode, body } = await api.inject('/health');

  assert.deepEqual([statusCode, body, shouter.calls], [200, 'success', ['tset']]);
});

const WRONG: Shout = { text: 'TEST', source: 'memory', stored: true, collapsed: false };
for (const [what, reverseShout] of [
  ['fails', failing(new TuohsError('UPSTREAM_TIMEOUT', 'as told'))],
  ['gets another answer', () => WRONG],
] as const) {
  test(`health that ${what} is a 503`, async (t) => {
    const { statusCode, headers } = await testApi(t, { reverseShout }).inject('/health');

    assert.deepEqual([statusCode, headers['cache-control']], [503, 'no-store']);
  });
}
