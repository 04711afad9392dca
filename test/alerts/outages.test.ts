import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, suite, type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse } from 'yaml';
import { milliseconds } from '../../scripts/monitoring/faster.ts';
import { askJson } from '../support/ask.ts';
import { closedUrl } from '../support/http-server.ts';
import { skipWithoutMonitoring } from '../support/monitoring-tools.ts';
import { type Program, tuohs } from '../support/process.ts';
import { redisServer, skipWithoutRedis } from '../support/redis-server.ts';
import { type Monitoring, monitoring } from './monitoring.ts';

/** How many times faster all that takes time is than in production. */
const FACTOR = Number(process.env.FASTER ?? 15);

/**
 * An alert may take that many evaluations more than its `for` says, counted from the moment that something was killed. It takes 3
 * or fewer; the others are for a busy machine, which holds up Alertmanager while Prometheus counts on.
 */
const MOST_EVALUATIONS = 30;

const alerts = read('deploy/chart/files/alerts.yaml').groups.at(-1).rules;
const evaluationMs = milliseconds(read('deploy/monitoring/prometheus.yaml').global.evaluation_interval);
const figures: string[] = [];

after(() => process.stdout.write(`${figures.join('\n')}\n`));

suite('outages', { concurrency: true, skip: skipWithoutMonitoring || skipWithoutRedis }, () => {
  test('SHOUTCLOUD is killed: TuohsUpstreamDown is told of, what follows is not, then that it is back', async (t) => {
    const upstream = await startUpstream(t);
    const service = await startService(t, { SHOUTCLOUD_URL: upstream.url });
    const watched = await monitoring(t, service.adminUrl, FACTOR);

    await within(watched, 'TuohsUpstreamDown', upstream.kill);
    await watched.toBeInhibited('TuohsErrorBudgetBurnFast');
    await upstream.start();
    await watched.receiver.toBeTold('TuohsUpstreamDown resolved');

    assert.deepEqual(watched.receiver.told, ['TuohsUpstreamDown firing', 'TuohsUpstreamDown resolved']);
    assert.match(watched.receiver.slack[0] ?? '', /FIRING: TuohsUpstreamDown.*SHOUTCLOUD is down/);
    assert.match(watched.receiver.mails[0] ?? '', /TuohsUpstreamDown/);
    assert.deepEqual(new Set(watched.receiver.tokens), new Set(['Bearer the webhook-token']));
  });

  test('the service is killed: TuohsDown is told of, then that it is back', async (t) => {
    const upstream = await startUpstream(t);
    const service = await startService(t, { SHOUTCLOUD_URL: upstream.url });
    const watched = await monitoring(t, service.adminUrl, FACTOR);

    await within(watched, 'TuohsDown', service.kill);
    await service.start();
    await watched.receiver.toBeTold('TuohsDown resolved');

    assert.deepEqual(watched.receiver.told, ['TuohsDown firing', 'TuohsDown resolved']);
  });

  test('Redis is killed: TuohsRedisDown is told of, then that it is back', async (t) => {
    const redis = await redisServer(t);
    const upstream = await startUpstream(t);
    const service = await startService(t, { SHOUTCLOUD_URL: upstream.url, REDIS_URL: redis.url });
    const watched = await monitoring(t, service.adminUrl, FACTOR);

    await within(watched, 'TuohsRedisDown', redis.kill);
    await redis.start();
    await watched.receiver.toBeTold('TuohsRedisDown resolved');

    assert.deepEqual(watched.receiver.told, ['TuohsRedisDown firing', 'TuohsRedisDown resolved']);
  });
});

/** Kills, waits for the notification, and counts the evaluations that it took. */
async function within({ evaluations, receiver }: Monitoring, name: string, kill: () => Promise<void>) {
  const before = await evaluations();
  const startedAt = performance.now();
  await kill();
  await receiver.toBeTold(`${name} firing`);
  const took = (await evaluations()) - before;
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);

  const { for: waits } = alerts.find(({ alert }: { alert: string }) => alert === name);
  const allowed = milliseconds(waits) / evaluationMs + MOST_EVALUATIONS;
  figures.push(
    `${name}: told after ${took} evaluations, ${allowed} allowed; ${seconds} s, ${FACTOR} times faster`,
  );
  assert.ok(took <= allowed, `${name} took ${took} evaluations, and ${allowed} are allowed`);
}

async function startUpstream(t: TestContext) {
  const url = await closedUrl();
  const start = async () => {
    const started = tuohs(t, ['shoutcloud', '--port', new URL(url).port]);
    await started.logLine('listening');
    return started;
  };
  return { url, ...(await killable(start)) };
}

/** The service, with somebody who asks it fresh strings until the test ends. */
async function startService(t: TestContext, environment: Record<string, string>) {
  const [url, adminUrl] = [await closedUrl(), await closedUrl()];
  const ports = { PORT: new URL(url).port, ADMIN_PORT: new URL(adminUrl).port };
  const start = async () => {
    const started = tuohs(t, ['serve'], { ...environment, ...ports });
    await started.listening();
    return started;
  };
  let isOver = false;
  const asking = askOn();
  t.after(() => {
    isOver = true;
    return asking;
  });
  return { adminUrl, ...(await killable(start)) };

  async function askOn() {
    for (let i = 0; !isOver; i++) {
      askJson(url, { data: `fresh ${i}` }).catch(() => {});
      await sleep(50);
    }
  }
}

/** A program that can be killed, and started again at its address. */
async function killable(start: () => Promise<Program>) {
  let running = await start();
  return {
    kill: async () => void (await running.stop('SIGKILL')),
    start: async () => {
      running = await start();
    },
  };
}

function read(path: string) {
  return parse(readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8'));
}
