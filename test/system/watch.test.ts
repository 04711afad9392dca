import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fifo } from '../support/fifo.ts';
import { folder } from '../support/folder.ts';
import { freePort, httpServer } from '../support/http-server.ts';
import { startProgram, tuohs } from '../support/process.ts';
import { until } from '../support/until.ts';
import { ran } from '../unit/cli/shout-surroundings.ts';
import { runningService } from './service.ts';
import { front, testWebhook, watching } from './watched.ts';

const steady = await runningService({ after });

test('a service that is killed and started again causes one `down` and one `up`', async (t) => {
  const port = { PORT: `${await freePort()}` };
  const { service, url, shoutcloud } = await runningService(t, {}, port);
  const webhook = await testWebhook(t);
  const watch = watching(t, url, '--notify', webhook.address);
  await watch.logLine('watching');

  await service.stop('SIGKILL');
  const down = await watch.logLine('down');
  const again = tuohs(t, ['serve'], { SHOUTCLOUD_URL: shoutcloud.url, ...port });
  await again.listening();
  const up = await watch.logLine('up again');
  await until(t, () => webhook.got.length === 2);

  assert.equal(await watch.stop(), 0);
  assert.equal(webhook.statuses(), 'down up');
  assert.equal(webhook.got[0]?.cause, 'service');
  assert.match(String(webhook.got[0]?.reason), /^nothing is answered: .*(ECONNREFUSED|ECONNRESET)/);
  for (const [i, line] of [down, up].entries()) {
    const { level: _, time: __, msg: ___, ...facts } = line;
    const { status: ____, ...reported } = webhook.got[i] ?? {};
    assert.deepEqual(facts, reported);
  }
});

test('a signal ends it at once while a service or webhook hangs, and the state is kept', async (t) => {
  const { url, asked } = await silentServer(t);
  const state = join(await folder(t), 'state.json');
  const watch = watching(t, url, '--timeout', '1h', '--state', state);
  await asked;

  assert.equal(await watch.stop(), 0);
  assert.equal(JSON.parse(await readFile(state, 'utf8')).status, 'up');
});

test('a signal ends --once with 130', async (t) => {
  const { url, asked } = await silentServer(t);

  const { exitCode } = await ran(['watch', '--once', '--url', url, '--timeout', '1h'], { interrupt: asked });

  assert.equal(exitCode, 130);
});

test('jobs of cron count their rounds together, and an undelivered notification comes later', async (t) => {
  const flapping = await front(t, steady.url, 'uddud');
  const webhook = await testWebhook(t);
  const keeping = ['--once', '--state', join(await folder(t), 'state.json'), '--notify', webhook.address];
  const args = ['watch', '--url', flapping, ...keeping, '--down-after', '2', '--up-after', '1'];
  const rounds: unknown[] = [];

  for (const isWell of [true, true, false, true, true]) {
    webhook.isWell = isWell;
    rounds.push([(await ran(args)).exitCode, webhook.statuses()]);
  }

  assert.deepEqual(rounds, [
    [0, ''],
    [1, ''],
    [1, ''],
    [0, 'down up'],
    [1, 'down up'],
  ]);
});

test('the address of a webhook can come from a file and is in no line, even after a failure', async (t) => {
  const flapping = await front(t, steady.url, 'd');
  const webhook = await testWebhook(t);
  webhook.isWell = false;
  const file = join(await folder(t), 'webhooks');
  await writeFile(file, `${webhook.address}\n`);
  const watch = tuohs(t, ['watch', '--url', flapping, '--interval', '20ms'], {
    TUOHS_WATCH_NOTIFY_FILE: file,
  });

  await until(t, () => webhook.refused > 1);
  await watch.stop();

  const lines = watch.stdout.concat(watch.stderr).join('\n');
  assert.match(
    lines,
    /"receiver":1,"status":"down","reason":"status 503","msg":"a notification was not delivered/,
  );
  assert.ok(!lines.includes('s3cr3t'));
});

for (const output of ['a full disk', 'a reader that is gone']) {
  test(`${output} as the output does not stop a watcher`, async (t) => {
    const flapping = await front(t, steady.url, 'uddduuduu');
    const webhook = await testWebhook(t);
    const { path, read, leave } = await fifo(t);
    const log = output === 'a full disk' ? '/dev/full' : path;
    const args = `--interval 10ms --down-after 2 --up-after 1 --url ${flapping} --notify ${webhook.address}`;
    const watch = startProgram(t, {
      command: 'sh',
      args: ['-c', `exec "${process.execPath}" src/main.ts watch ${args} > "${log}"`],
    });
    if (output === 'a reader that is gone') {
      await until(t, () => read() !== '');
      leave();
    }

    await until(t, () => webhook.got.length === 2);

    assert.equal(await watch.stop(), 0);
    assert.equal(webhook.statuses(), 'down up');
    assert.deepEqual(watch.stderr, []);
  });
}

/** A server that reads requests and never answers. */
async function silentServer(t: Parameters<typeof httpServer>[0]) {
  const { promise: asked, resolve } = Promise.withResolvers<void>();
  const { url } = await httpServer(t, () => resolve());
  return { url, asked };
}
