import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Shout } from '../../src/core/shouter.ts';
import { testApi } from '../support/api.ts';

const SHOUT: Shout = { text: 'OLLEH', source: 'upstream', stored: true, collapsed: false };
const POST = { method: 'POST', url: '/v1', payload: { data: 'hello' } } as const;
const GET = { method: 'GET', url: '/v1?data=hello' } as const;

for (const asked of [POST, GET]) {
  for (const [what, reverseShout] of Object.entries({
    'at hand': () => SHOUT,
    'that takes its time': async () => SHOUT,
  })) {
    test(`${asked.method}: an answer ${what} is sent with where it came from`, async (t) => {
      const api = testApi(t, { reverseShout });

      const { statusCode, headers, body } = await api.inject(asked);

      assert.deepEqual([statusCode, body], [200, '{"data":"OLLEH"}']);
      assert.equal(headers['cache-status'], 'tuohs; fwd=miss; stored');
      assert.equal(headers['content-type'], 'application/json');
    });
  }
}

for (const ifNoneMatch of ['"x"', '*']) {
  test(`a local answer to GET is not to be kept by anybody, also one that knows the ETag ${ifNoneMatch}`, async (t) => {
    const api = testApi(t, { reverseShout: () => ({ ...SHOUT, source: 'local', stored: false }) });

    const { statusCode, headers } = await api.inject({ ...GET, headers: { 'if-none-match': ifNoneMatch } });

    assert.equal(statusCode, 200);
    assert.equal(headers['cache-control'], 'no-store');
    assert.equal(headers.etag, undefined);
    assert.equal(headers['cache-status'], 'tuohs; fwd=miss; detail=local');
  });
}

test('the ETag is that of the answer, wherever it came from', async (t) => {
  const sources = ['upstream', 'memory', 'redis'] as const;
  const etags = new Set<unknown>();

  for (const source of sources) {
    const api = testApi(t, { reverseShout: () => ({ ...SHOUT, source }) });
    etags.add((await api.inject(GET)).headers.etag);
  }

  assert.equal(etags.size, 1);
});

test('a text arrives as it was sent, with no deadline of its caller; nothing arrives of what is refused', async (t) => {
  const asked: unknown[] = [];
  const api = testApi(t, {
    reverseShout: (data, { deadline, strings }) => {
      asked.push([data, deadline, strings]);
      return SHOUT;
    },
  });

  await api.inject({ method: 'POST', url: '/', payload: '{"data":"\\ud800 é"}', headers: JSON_TYPE });
  await api.inject({ method: 'POST', url: '/v1', payload: '{"data":5}', headers: JSON_TYPE });
  await api.inject({ method: 'GET', url: '/v1' });
  await api.inject({ method: 'DELETE', url: '/v1' });
  await api.inject({ method: 'POST', url: '/v1/', payload: 'data=+%C3%A9', headers: FORM_TYPE });
  await api.inject({ method: 'GET', url: '/v1/?data=%C3%A9&data=no' });

  const received = ['\ud800 é', ' é', 'é'].map((text) => [text, Number.POSITIVE_INFINITY, 1]);
  assert.deepEqual(asked, received);
});

const JSON_TYPE = { 'content-type': 'application/json' };
const FORM_TYPE = { 'content-type': 'application/x-www-form-urlencoded' };
