import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { askJson } from '../support/ask.ts';
import { tuohs } from '../support/process.ts';
import { workersOf } from './worker-status.ts';

async function twoWorkers(t: TestContext, drainMs = 0) {
  const service = tuohs(t, ['serve', '--embedded-shoutcloud'], {
    WEB_CONCURRENCY: '2',
    DRAIN_MS: `${drainMs}`,
  });
  return { service, ...(await service.listening()) };
}

// The exit code comes when nobody holds the output any more: after the last worker.
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
  test(`${signal} ends the workers, then the primary, with 0`, async (t) => {
    const { service } = await twoWorkers(t);

    assert.equal(await service.stop(signal), 0);
    assert.deepEqual(service.stderr, []);
    const ends = service.stdout.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'closed');
    assert.deepEqual(
      ends.map(({ worker }) => typeof worker),
      ['number', 'number', 'undefined'],
    );
  });
}

test('while they drain it is not ready, and everything is answered on closing connections', async (t) => {
  const { service, url, adminUrl } = await twoWorkers(t, 15_000);
  const pids = (await workersOf(adminUrl)).map(({ pid }) => pid);
  service.kill('SIGTERM');
  await allDraining(service, pids);

  const ready = await fetch(`${adminUrl}/readyz`);
  const replies = await Promise.all(Array.from({ length: 8 }, (_, i) => askJson(url, { data: `new ${i}` })));

  assert.equal(ready.status, 503);
  assert.ok(replies.every(({ status, headers }) => status === 200 && headers.connection === 'close'));
});

test('a second signal ends all of them at once, with 1', async (t) => {
  const { service } = await twoWorkers(t, 15_000);
  service.kill('SIGTERM');
  await service.logLine('draining');

  assert.equal(await service.stop('SIGTERM'), 1);
  assert.match(service.stderr.join(), /stopped before everything was answered/);
});

test('Ctrl-C, which reaches all processes, ends them with 0', async (t) => {
  const { service } = await twoWorkers(t);

  service.killAll('SIGINT');

  assert.equal(await service.exitCode, 0);
  assert.deepEqual(service.stderr, []);
});

test('no worker outlives a primary that was killed', async (t) => {
  const { service } = await twoWorkers(t, 15_000);

  assert.equal(await service.stop('SIGKILL'), null);
});

/** Resolves when the primary and each of these workers have said that they drain. */
async function allDraining(service: ReturnType<typeof tuohs>, pids: readonly number[]): Promise<void> {
  const drains = () =>
    service.stdout.map((line) => JSON.parse(line)).filter(({ msg, worker }) => msg === 'draining' && worker);
  while (drains().length < pids.length) await new Promise(setImmediate);
}
