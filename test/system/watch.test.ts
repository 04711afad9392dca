import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { folder } from '../support/folder.ts';
import { httpServer } from '../support/http-server.ts';
import { tuohs } from '../support/process.ts';
import { until } from '../support/until.ts';
import { runningService } from './service.ts';
import { testWebhook, watching } from './watched.ts';

test('a service that is killed and started again is one down and one up', async (t) => {
  const { service, url, shoutcloud } = await runningService(t);
  const webhook = await testWebhook(t);
  const watch = watching(t, url, '--notify', webhook.address);
  await watch.logLine('watching');

  await service.stop('SIGKILL');
  const down = await watch.logLine('down');
  const again = tuohs(t, ['serve'], { SHOUTCLOUD_URL: shoutcloud.url, PORT: new URL(url).port });
  await again.listening();
  const up = await watch.logLine('up again');
  await until(t, () => webhook.got.length === 2);

  assert.equal(await watch.stop(), 0);
  assert.equal(webhook.statuses(), 'down up');
  assert.equal(webhook.got[0]?.cause, 'service');
  assert.match(String(webhook.got[0]?.reason), /^nothing is answered: .*(ECONNREFUSED|ECONNRESET)/);
  for (const [i, line] of [down, up].entries()) {
    const { level: _, time: __, msg: ___, ...facts } = line;
    const { status: ____, ...told } = webhook.got[i] ?? {};
    assert.deepEqual(facts, told);
  }
});

for (const FALLBACK of ['none', 'local']) {
  test(`with FALLBACK=${FALLBACK}, a dead SHOUTCLOUD is a down that says what still works`, async (t) => {
    const { url, shoutcloud } = await runningService(t, {}, { FALLBACK, UPSTREAM_RETRIES: '0' });
    const webhook = await testWebhook(t);
    const { exitCode } = watching(t, url, '--once');
    assert.equal(await exitCode, 0);
    const watch = watching(t, url, '--notify', webhook.address);

    shoutcloud.setFaults('close');
    await watch.logLine('down');
    shoutcloud.setFaults('');
    await watch.logLine('up again');
    await until(t, () => webhook.got.length === 2);

    assert.equal(await watch.stop('SIGINT'), 0);
    assert.equal(webhook.statuses(), 'down up');
    assert.equal(webhook.got[0]?.cause, 'upstream');
    assert.match(
      String(webhook.got[0]?.reason),
      /^a fresh string is not answered: .*; known strings are still answered$/,
    );
  });
}

test('a service that is well is one line at the start and none after', async (t) => {
  const { url, shoutcloud } = await runningService(t);
  const watch = watching(t, url);

  await until(t, () => shoutcloud.calls >= 10);
  await watch.stop();

  assert.deepEqual(
    watch.stdout.map((line) => JSON.parse(line).msg),
    ['watching'],
  );
  assert.deepEqual(watch.stderr, []);
});

test('a signal ends it at once, whoever does not answer, and the state is kept', async (t) => {
  const asked = Promise.withResolvers<void>();
  const { url } = await httpServer(t, () => asked.resolve());
  const state = join(await folder(t), 'state.json');
  const watch = watching(t, url, '--timeout', '1h', '--state', state);
  await asked.promise;

  const exitCode = await watch.stop();

  assert.equal(exitCode, 0);
  assert.equal(JSON.parse(await readFile(state, 'utf8')).status, 'up');
});

test('a signal ends --once with 130', async (t) => {
  const asked = Promise.withResolvers<void>();
  const { url } = await httpServer(t, () => asked.resolve());
  const watch = watching(t, url, '--timeout', '1h', '--once');
  await asked.promise;

  assert.equal(await watch.stop('SIGINT'), 130);
});
