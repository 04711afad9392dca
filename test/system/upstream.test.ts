import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ask, askJson } from '../support/ask.ts';
import { closedUrl } from '../support/http-server.ts';
import { runningService } from './service.ts';

test('without Redis, and once SHOUTCLOUD is gone, the service is ready and healthy, and answers known texts', async (t) => {
  const REDIS_URL = (await closedUrl()).replace('http:', 'redis:');
  const { url, adminUrl, shoutcloud } = await runningService(t, {}, { REDIS_URL, UPSTREAM_RETRIES: '1' });
  await askJson(url, { data: 'known' });
  await ask(url, { path: '/health' });

  await shoutcloud.close();
  const known = await askJson(url, { data: 'known' });
  const unknown = await askJson(url, { data: 'unknown' });
  const ready = await ask(adminUrl, { path: '/readyz' });
  const health = await ask(url, { path: '/health' });

  assert.deepEqual([known.status, known.body], [200, '{"data":"NWONK"}']);
  assert.deepEqual([unknown.status, JSON.parse(unknown.body).code], [503, 'UPSTREAM_UNREACHABLE']);
  assert.match(String(unknown.headers['retry-after']), /^([1-9]|[1-5]\d|60)$/);
  assert.deepEqual([ready.status, health.status, health.body], [200, 200, 'success']);
});

test('the public status follows SHOUTCLOUD: ok, failing while it is left alone, ok again', async (t) => {
  const { url, shoutcloud } = await runningService(t);
  const before = await statusOf(url);

  shoutcloud.setFaults('status=500');
  await askUntil('failing');
  shoutcloud.setFaults('');
  await askUntil('ok');

  assert.equal(before, 'ok');

  /** Sends texts until the public status is this one. If it never is, the test reaches its time limit. */
  async function askUntil(status: string): Promise<void> {
    while ((await statusOf(url)) !== status) await askJson(url, { data: `text ${shoutcloud.calls}` });
  }
});

async function statusOf(url: string): Promise<string> {
  return JSON.parse((await ask(url, { path: '/v1/status' })).body).upstream;
}
