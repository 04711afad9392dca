import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ask, askJson } from '../support/ask.ts';
import { pick } from '../support/pick.ts';
import { ended, hook, tuohs } from '../support/process.ts';
import { until } from '../support/until.ts';
import { heldUpstream } from './service.ts';

const TWO = { WEB_CONCURRENCY: '2' };

interface WorkerStatus {
  readonly pid: number;
  readonly requests: { readonly inFlight: number };
  readonly memory: { readonly entries: number };
}

test('several processes serve behind one port, and the admin port adds up what all of them count', async (t) => {
  // Makes Node report another system, because workers must share a port there, too.
  const elsewhere = hook(`Object.defineProperty(process, 'platform', { value: 'freebsd' })`);
  const settings = { ...TWO, ...elsewhere, LOG_LEVEL: 'debug' };
  const service = tuohs(t, ['serve', '--embedded-shoutcloud'], settings);
  const { url, adminUrl } = await service.listening();

  const replies = await Promise.all(Array.from({ length: 40 }, () => askJson(url, { data: 'hello' })));

  assert.ok(replies.every(({ body }) => body === '{"data":"OLLEH"}'));
  const workers = await workersOf(adminUrl);
  const { worker } = await service.logLine('answered');
  const { body: metrics } = await ask(adminUrl, { path: '/metrics' });
  const counted = 'tuohs_http_request_duration_seconds_count{method="POST",route="/v1",status="200"} 40';
  assert.deepEqual(pick(pick(workers, 'memory'), 'entries'), [1, 1]);
  assert.ok(pick(workers, 'pid').includes(Number(worker)));
  assert.ok(metrics.split('\n').includes(counted));
  assert.match(metrics, /^tuohs_workers 2$/m);
});

test('a worker that cannot start ends the service with 1 and the reason', async (t) => {
  const failing = hook(`if (process.argv[2] === 'worker') throw new Error('as scripted')`);

  const { code, stderr } = await ended(tuohs(t, ['serve'], { ...TWO, ...failing }));

  assert.equal(code, 1);
  assert.match(stderr, /^tuohs: a worker could not start: it ended with exit code 1$/m);
});

test('a killed worker loses the requests in flight on it and no other, and is replaced while the service stays ready', async (t) => {
  const upstream = await heldUpstream(t);
  const settings = { SHOUTCLOUD_URL: upstream.url, UPSTREAM_CONNECTIONS: '64', BATCH_MAX_ITEMS: '1' };
  const service = tuohs(t, ['serve'], { ...TWO, ...settings });
  const { url, adminUrl } = await service.listening();
  const replies = Array.from({ length: 40 }, (_, i) =>
    askJson(url, { data: `text ${i}` }).catch(() => undefined),
  );
  await until(t, () => upstream.waiting.length === 40);
  const [lost, kept] = await workersOf(adminUrl);
  assert.ok(lost && kept);

  process.kill(lost.pid, 'SIGKILL');
  await service.logLine('a worker ended by itself');
  const between = await statusOf(adminUrl);
  upstream.answerAll();

  const answered = (await Promise.all(replies)).filter((reply) => reply?.status === 200).length;
  assert.deepEqual([answered, 40 - answered], [kept.requests.inFlight, lost.requests.inFlight]);
  assert.equal(between.ready, true);
  const pids = pick(await workersOf(adminUrl), 'pid');
  assert.ok(!pids.includes(lost.pid) && pids.includes(kept.pid));
  // Kills every worker until the service is not ready. Workers that start meanwhile are killed, too.
  for (let isReady = true; isReady; isReady = (await statusOf(adminUrl)).ready)
    for (const { pid, requests } of (await statusOf(adminUrl)).workers ?? [])
      if (requests) process.kill(pid, 'SIGKILL');
});

/** The `/status` of several processes. */
async function statusOf(adminUrl: string): Promise<{ ready: boolean; workers?: readonly WorkerStatus[] }> {
  return JSON.parse((await ask(adminUrl, { path: '/status' })).body);
}

/**
 * The statuses of two workers. On a busy machine, a worker can answer too late and be missing, so this asks until both are
 * there.
 */
async function workersOf(adminUrl: string): Promise<readonly WorkerStatus[]> {
  for (;;) {
    const { workers = [] } = await statusOf(adminUrl);
    if (workers.length === 2) return workers;
  }
}
