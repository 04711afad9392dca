import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { askJson, type Reply } from '../support/ask.ts';
import { tuohs } from '../support/process.ts';
import { until } from '../support/until.ts';
import { heldUpstream } from './held-upstream.ts';
import { runningService } from './service.ts';

/** The service with so many calls under way, which nothing but the upstream will end. */
async function busyService(test: TestContext, texts: readonly string[]) {
  const upstream = await heldUpstream(test);
  const service = tuohs(test, ['serve'], {
    SHOUTCLOUD_URL: upstream.url,
    BATCH_MAX_ITEMS: '1',
  });
  const { url } = await service.listening();
  const replies = texts.map((data) => askJson(url, { data }).catch((error: Error) => error));
  await until(test, () => upstream.waiting.length === texts.length);
  return { service, upstream, replies };
}

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
  test(`${signal} while calls are in flight: all are answered, and the exit code is 0`, async (t) => {
    const texts = ['one', 'two', 'three'];
    const { service, upstream, replies } = await busyService(t, texts);

    service.kill(signal);
    await service.logLine('draining');
    upstream.answerAll();

    const answers = await Promise.all(replies);
    assert.deepEqual(answers.map(bodyOf), ['{"data":"ENO"}', '{"data":"OWT"}', '{"data":"EERHT"}']);
    assert.equal(await service.exitCode, 0);
    assert.deepEqual(service.stderr, []);
  });
}

test('a second signal closes everything at once, with 1 and a reason', async (t) => {
  const { service, replies } = await busyService(t, ['one']);
  service.kill('SIGTERM');
  await service.logLine('draining');

  const code = await service.stop('SIGTERM');

  assert.equal(code, 1);
  assert.match(service.stderr.join(), /stopped before everything was answered/);
  await Promise.all(replies);
});

test('a second signal ends the drain', async (t) => {
  const { service } = await runningService(t, {}, { DRAIN_MS: '15000' });
  service.kill('SIGTERM');
  await service.logLine('draining');

  assert.equal(await service.stop('SIGTERM'), 1);
});

test('while it drains it is not ready, and everything is answered on closing connections', async (t) => {
  const { service, url, adminUrl } = await runningService(t, {}, { DRAIN_MS: '15000' });
  service.kill('SIGTERM');
  await service.logLine('draining');

  const ready = await fetch(`${adminUrl}/readyz`);
  const alive = await fetch(`${adminUrl}/livez`);
  const answer = await askJson(url, { data: 'unknown till now' });

  assert.deepEqual([ready.status, alive.status, answer.status], [503, 200, 200]);
  assert.equal(answer.headers.connection, 'close');
});

test('SIGTERM in the middle of the start ends it with 0', async (t) => {
  const atOnce = `process.once('newListener', () => setImmediate(() => process.kill(process.pid, 'SIGTERM')))`;
  const hook = `data:text/javascript,${encodeURIComponent(atOnce)}`;

  const service = tuohs(t, ['serve', '--embedded-shoutcloud'], { NODE_OPTIONS: `--import=${hook}` });

  assert.equal(await service.exitCode, 0);
  assert.deepEqual(service.stderr, []);
});

test('idle connections do not keep it from ending, and its end says nothing', async (t) => {
  const { service, url } = await runningService(t);
  await (await fetch(`${url}/health`)).text();

  assert.equal(await service.stop(), 0);
  assert.deepEqual(service.stderr, []);
});

function bodyOf(reply: Reply | Error): string {
  return reply instanceof Error ? reply.message : reply.body;
}
