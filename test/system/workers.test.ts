import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { askJson } from '../support/ask.ts';
import { tuohs } from '../support/process.ts';
import { statusOf, workersOf } from './worker-status.ts';

const TWO = { WEB_CONCURRENCY: '2' };

async function twoWorkers(t: TestContext, environment: Readonly<Record<string, string>> = {}) {
  const service = tuohs(t, ['serve', '--embedded-shoutcloud'], { ...TWO, ...environment });
  return { service, ...(await service.listening()) };
}

test('several processes serve behind one port', async (t) => {
  const { url, adminUrl } = await twoWorkers(t);

  const replies = await Promise.all(Array.from({ length: 40 }, () => askJson(url, { data: 'hello' })));

  assert.ok(replies.every(({ body }) => body === '{"data":"OLLEH"}'));
  const served = (await workersOf(adminUrl)).map(({ memory }) => memory.entries);
  assert.deepEqual(served, [1, 1]);
});

test('the admin port adds up what all of them count', async (t) => {
  const { url, adminUrl } = await twoWorkers(t);
  for (let i = 0; i < 20; i++) await askJson(url, { data: 'hello' });

  const metrics = await (await fetch(`${adminUrl}/metrics`)).text();

  assert.match(
    metrics,
    /^tuohs_http_request_duration_seconds_count\{method="POST",route="\/v1",status="200"\} 20$/m,
  );
  assert.match(metrics, /^tuohs_workers 2$/m);
});

test('probes and status are the primary’s', async (t) => {
  const { adminUrl } = await twoWorkers(t);

  const [alive, ready] = await Promise.all([fetch(`${adminUrl}/livez`), fetch(`${adminUrl}/readyz`)]);

  assert.deepEqual([alive.status, ready.status, (await statusOf(adminUrl)).ready], [200, 200, true]);
});

test('lines of a worker carry its process id', async (t) => {
  const { service, adminUrl } = await twoWorkers(t, { LOG_LEVEL: 'debug' });
  const pids = (await workersOf(adminUrl)).map(({ pid }) => pid);

  const { url } = await service.listening();
  await askJson(url, { data: 'hello' });

  const { worker } = await service.logLine('answered');
  assert.ok(pids.includes(Number(worker)));
});

test('a port that somebody has ends it with 1 and the reason, also where that one shares it', async (t) => {
  const first = await twoWorkers(t);
  const { port } = new URL(first.url);

  const second = tuohs(t, ['serve', '--embedded-shoutcloud'], { ...TWO, PORT: port });

  assert.equal(await second.exitCode, 1);
  assert.match(second.stderr.join(), /^tuohs: PORT \d+ is taken: .*EADDRINUSE/);
});

test('wrong settings end it with 2 before any worker starts', async (t) => {
  const service = tuohs(t, ['serve'], { ...TWO, LOG_LEVEL: 'loud' });

  assert.equal(await service.exitCode, 2);
  assert.deepEqual([service.stdout, service.stderr.length], [[], 1]);
});

test('a worker that cannot start ends it with 1 and the reason', async (t) => {
  const failing = `if (process.argv[2] === 'worker') throw new Error('as told')`;
  const hook = `data:text/javascript,${encodeURIComponent(failing)}`;

  const service = tuohs(t, ['serve'], { ...TWO, NODE_OPTIONS: `--import=${hook}` });

  assert.equal(await service.exitCode, 1);
  assert.match(service.stderr.join('\n'), /^tuohs: a worker could not start: it ended with exit code 1$/m);
});

test('one process alone starts no other', async (t) => {
  const service = tuohs(t, ['serve', '--embedded-shoutcloud'], { WEB_CONCURRENCY: '1' });
  const { adminUrl } = await service.listening();

  assert.equal((await statusOf(adminUrl)).workers, undefined);
});
