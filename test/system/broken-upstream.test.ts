import assert from 'node:assert/strict';
import { test } from 'node:test';
import { askJson } from '../support/ask.ts';
import { runningService } from './service.ts';

test('with the upstream closed, known strings are answered and unknown ones are a 503', async (t) => {
  const { url, shoutcloud } = await runningService(t, {}, { UPSTREAM_RETRIES: '1' });
  await askJson(url, { data: 'known' });

  await shoutcloud.close();
  const known = await askJson(url, { data: 'known' });
  const unknown = await askJson(url, { data: 'unknown' });

  assert.deepEqual([known.status, known.body], [200, '{"data":"NWONK"}']);
  assert.deepEqual([unknown.status, JSON.parse(unknown.body).code], [503, 'UPSTREAM_UNREACHABLE']);
  assert.match(String(unknown.headers['retry-after']), /^([1-9]|[1-5]\d|60)$/);
});

test('without any upstream the service starts, is ready, and says so when it cannot answer', async (t) => {
  const environment = { SHOUTCLOUD_URL: 'http://127.0.0.1:1', UPSTREAM_RETRIES: '0' };
  const { url, adminUrl } = await runningService(t, {}, environment);

  const ready = await fetch(`${adminUrl}/readyz`);
  const answer = await askJson(url, { data: 'hello' });

  assert.deepEqual([ready.status, answer.status], [200, 503]);
});

test('health follows known strings, not the upstream', async (t) => {
  const { url, shoutcloud } = await runningService(t);
  const before = await fetch(`${url}/health`);

  await shoutcloud.close();
  const after = await fetch(`${url}/health`);

  assert.deepEqual([before.status, after.status, await after.text()], [200, 200, 'success']);
});
