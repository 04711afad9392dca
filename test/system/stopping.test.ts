import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { ask, askJson } from '../support/ask.ts';
import { hook, tuohs } from '../support/process.ts';
import { until } from '../support/until.ts';
import { heldUpstream, runningService } from './service.ts';

const DRAINING = { DRAIN_MS: '15000' };

/** For 1 and 2 processes: which of them log `draining` and `closed`, in order. With 2, `service` is the primary process. */
const PROCESSES = { 1: ['service'], 2: ['worker', 'worker', 'service'] };

for (const [processes, writers] of Object.entries(PROCESSES)) {
  const setting = { WEB_CONCURRENCY: processes };

  test(`SIGTERM ends ${processes} processes with 0, the last worker before the primary, once all calls in flight are answered`, async (t) => {
    const { service, adminUrl, upstream, replies } = await busyService(t, setting);

    service.kill('SIGTERM');
    await service.logLine('draining');
    const alive = await ask(adminUrl, { path: '/livez' });
    upstream.answerAll();

    const bodies = (await Promise.all(replies)).map((reply) => reply?.body);
    assert.deepEqual(bodies, ['{"data":"ENO"}', '{"data":"OWT"}', '{"data":"EERHT"}']);
    assert.equal(alive.status, 200);
    // This resolves only when every process has closed the output, so the last worker has ended, too.
    assert.equal(await service.exitCode, 0);
    assert.deepEqual(service.stderr, []);
    assert.deepEqual(writersOf(service, 'closed'), writers);
  });

  test(`a second signal ends ${processes} processes at once while calls are in flight, with 1 and a reason`, async (t) => {
    const { service, replies } = await busyService(t, setting);
    service.kill('SIGTERM');
    await service.logLine('draining');

    assert.equal(await service.stop('SIGINT'), 1);
    assert.match(service.stderr.join(), /stopped before everything was answered/);
    await Promise.all(replies);
  });

  test(`while ${processes} processes drain they are not ready, everything is answered on closing connections, and a second signal ends them with 1`, async (t) => {
    const { service, url, adminUrl } = await runningService(t, {}, { ...setting, ...DRAINING });
    service.kill('SIGTERM');
    await until(t, () => writersOf(service, 'draining').length === writers.length);

    const ready = await ask(adminUrl, { path: '/readyz' });
    const alive = await ask(adminUrl, { path: '/livez' });
    const texts = Array.from({ length: 8 }, (_, i) => ({ data: `new ${i}` }));
    const replies = await Promise.all(texts.map((text) => askJson(url, text)));

    assert.deepEqual([ready.status, alive.status], [503, 200]);
    assert.ok(replies.every(({ status, headers }) => status === 200 && headers.connection === 'close'));
    assert.equal(await service.stop('SIGINT'), 1);
  });
}

test('Ctrl-C, which reaches all processes, ends them with 0', async (t) => {
  const { service } = await runningService(t, {}, { WEB_CONCURRENCY: '2' });

  service.killAll('SIGINT');

  assert.equal(await service.exitCode, 0);
  assert.deepEqual(service.stderr, []);
});

test('no worker outlives a primary that was killed', async (t) => {
  const { service } = await runningService(t, {}, { WEB_CONCURRENCY: '2', ...DRAINING });

  assert.equal(await service.stop('SIGKILL'), null);
});

test('SIGTERM in the middle of the start ends the service with 0', async (t) => {
  const selfStop =
    "process.once('newListener', () => setImmediate(() => process.kill(process.pid, 'SIGTERM')))";
  const service = tuohs(t, ['serve', '--embedded-shoutcloud'], hook(selfStop));

  assert.equal(await service.exitCode, 0);
  assert.deepEqual(service.stderr, []);
});

/** A service with three calls in flight, which wait until the upstream answers. */
async function busyService(t: TestContext, environment: Readonly<Record<string, string>>) {
  const upstream = await heldUpstream(t);
  const settings = { SHOUTCLOUD_URL: upstream.url, BATCH_MAX_ITEMS: '1' };
  const service = tuohs(t, ['serve'], { ...settings, ...environment });
  const { url, adminUrl } = await service.listening();
  const replies = ['one', 'two', 'three'].map((data) => askJson(url, { data }).catch(() => undefined));
  await until(t, () => upstream.waiting.length === replies.length);
  return { service, adminUrl, upstream, replies };
}

/** The processes that wrote this line, in order. */
function writersOf({ log }: { log: ReturnType<typeof tuohs>['log'] }, message: string): string[] {
  const lines = log.filter(({ msg }) => msg === message);
  return lines.map(({ worker }) => (worker === undefined ? 'service' : 'worker'));
}
