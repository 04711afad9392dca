import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fifo } from '../support/fifo.ts';
import { folder } from '../support/folder.ts';
import { startProgram, tuohs } from '../support/process.ts';
import { until } from '../support/until.ts';
import { runningService } from './service.ts';
import { front, someRoundsLater, testWebhook, watching } from './watched.ts';

const service = await runningService({ after });

/** Rounds of a service that flaps, and what is to be told of them with --down-after 3 --up-after 2. */
const FLAPPING = [
  ['uudduddudduu', ''],
  ['uddduddduu', 'down up'],
  ['ddduduudddduuu', 'down up down up'],
] as const;
for (const [word, promised] of FLAPPING) {
  test(`a service that flaps like ${word} is told: ${promised || 'nothing'}`, async (t) => {
    const flapping = await front(t, service.url, word);
    const webhook = await testWebhook(t);
    const watch = watching(
      t,
      flapping.url,
      '--notify',
      webhook.address,
      '--down-after',
      '3',
      '--up-after',
      '2',
    );

    await until(t, () => flapping.rounds() > word.length);
    await someRoundsLater(t, flapping);
    await watch.stop();

    assert.equal(webhook.statuses(), promised);
  });
}

test('a watcher that is killed and started again in between tells nothing twice and forgets nothing', async (t) => {
  const flapping = await front(t, service.url, 'uddddddddddddddddddddduu');
  const webhook = await testWebhook(t);
  const args = ['--notify', webhook.address, '--state', join(await folder(t), 'state.json')];

  const first = watching(t, flapping.url, ...args);
  await until(t, () => webhook.got.length === 1);
  await someRoundsLater(t, flapping);
  await first.stop('SIGKILL');
  const second = watching(t, flapping.url, ...args);
  await until(t, () => webhook.got.length === 2);
  await someRoundsLater(t, flapping);
  await second.stop();

  assert.equal(webhook.statuses(), 'down up');
});

test('jobs of cron count their rounds together', async (t) => {
  const word = 'uddud';
  const flapping = await front(t, service.url, word);
  const webhook = await testWebhook(t);
  const args = [
    '--once',
    '--state',
    join(await folder(t), 'state.json'),
    '--down-after',
    '2',
    '--up-after',
    '1',
  ];
  const environment = { TUOHS_URL: flapping.url, TUOHS_WATCH_NOTIFY: webhook.address };

  const exitCodes: unknown[] = [];
  const told: string[] = [];
  for (const _ of word) {
    exitCodes.push(await tuohs(t, ['watch', ...args], environment).exitCode);
    told.push(webhook.statuses());
  }

  assert.deepEqual(exitCodes, [0, 1, 1, 0, 1]);
  assert.deepEqual(told, ['', '', 'down', 'down up', 'down up']);
});

test('what a webhook did not take comes when it is back, in order, also after a restart', async (t) => {
  const flapping = await front(t, service.url, 'udduu');
  const webhook = await testWebhook(t);
  const healthy = await testWebhook(t);
  webhook.isWell = false;
  const state = join(await folder(t), 'state.json');
  const args = [
    '--notify',
    webhook.address,
    '--notify',
    healthy.address,
    '--state',
    state,
    '--down-after',
    '2',
  ];

  const first = watching(t, flapping.url, ...args);
  await first.logLine('up again');
  await someRoundsLater(t, flapping);
  await first.stop();
  webhook.isWell = true;
  const second = watching(t, flapping.url, ...args);
  await until(t, () => webhook.got.length === 2);
  await someRoundsLater(t, flapping);
  await second.stop();

  assert.ok(webhook.refused > 1);
  assert.equal(healthy.statuses(), 'down up');
  assert.deepEqual(webhook.got, healthy.got);
});

test('the address of a webhook may come from a file and is in no line, even where it fails', async (t) => {
  const flapping = await front(t, service.url, 'd');
  const webhook = await testWebhook(t);
  webhook.isWell = false;
  const file = join(await folder(t), 'webhooks');
  await writeFile(file, `${webhook.address}\n`);
  const watch = tuohs(t, ['watch', '--url', flapping.url, '--interval', '20ms'], {
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

test('a Slack webhook gets a text', async (t) => {
  const flapping = await front(t, service.url, 'd');
  const webhook = await testWebhook(t);
  const watch = watching(t, flapping.url, '--notify', webhook.address, '--format', 'slack');

  await until(t, () => webhook.got.length === 1);
  await watch.stop();

  assert.match(String(webhook.got[0]?.text), /^:red_circle: http:\/\/127\.0\.0\.1:\d+ is down since /);
});

for (const output of ['a full disk', 'a reader that is gone']) {
  test(`${output} where its lines go keeps a watcher from nothing`, async (t) => {
    const flapping = await front(t, service.url, 'uddduuduu');
    const webhook = await testWebhook(t);
    const { path, read, leave } = await fifo(t);
    const log = output === 'a full disk' ? '/dev/full' : path;
    const args = `--interval 10ms --down-after 2 --up-after 1 --url ${flapping.url} --notify ${webhook.address}`;
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
