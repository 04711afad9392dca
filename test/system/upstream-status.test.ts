import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ask, askJson } from '../support/ask.ts';
import { runningService } from './service.ts';

test('the public status follows SHOUTCLOUD: ok, failing while it is left alone, ok again', async (t) => {
  const { url, shoutcloud } = await runningService(t);
  const before = await statusOf(url);

  shoutcloud.setFaults('status=500');
  await askUntil('failing');
  shoutcloud.setFaults('');
  await askUntil('ok');

  assert.equal(before, 'ok');

  /** Never comes back with another status: the test's own time limit ends it. */
  async function askUntil(status: string): Promise<void> {
    while ((await statusOf(url)) !== status) await askJson(url, { data: `text ${shoutcloud.calls}` });
  }
});

test('the public status is paused while SHOUTCLOUD wants a pause, and nobody asks SHOUTCLOUD for it', async (t) => {
  const { url, shoutcloud } = await runningService(t, { faults: 'status=429,retry-after=60' });
  await askJson(url, { data: 'hello' });
  const { calls } = shoutcloud;

  const status = await statusOf(url);

  assert.equal(status, 'paused');
  assert.equal(shoutcloud.calls, calls);
});

async function statusOf(url: string): Promise<string> {
  return JSON.parse((await ask(url, { path: '/v1/status' })).body).upstream;
}
