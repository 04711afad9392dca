import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ErrorCode, TuohsError } from '../../src/core/errors.ts';
import { reverser, reverseShout } from '../../src/core/reverse.ts';
import { failing, testApi } from '../support/api.ts';
import { fakeShouter } from '../support/fake-shouter.ts';

test('health asks the core for TSET', async (t) => {
  const shouter = fakeShouter();
  const api = testApi(t, { reverseShout: reverseShout(shouter, reverser('grapheme')) });

  const { statusCode, body } = await api.inject('/health');

  assert.deepEqual([statusCode, body, shouter.calls], [200, 'success', ['tset']]);
});

for (const code of ['UPSTREAM_UNREACHABLE', 'UPSTREAM_TIMEOUT', 'UPSTREAM_WRONG', 'OVERLOADED'] as const) {
  test(`health that fails with ${code} is a 503`, async (t) => {
    const api = testApi(t, { reverseShout: failing(new TuohsError(code satisfies ErrorCode, 'as told')) });

    const { statusCode, headers } = await api.inject('/health');

    assert.equal(statusCode, 503);
    assert.equal(headers['cache-control'], 'no-store');
  });
}

test('health that got another answer is a 503', async (t) => {
  const api = testApi(t, {
    reverseShout: () => ({ text: 'TEST', source: 'memory', stored: true, collapsed: false }),
  });

  const { statusCode } = await api.inject('/health');

  assert.equal(statusCode, 503);
});
