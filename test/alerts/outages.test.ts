import assert from 'node:assert/strict';
import { after, suite, type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { askJson } from '../support/ask.ts';
import { closedUrl } from '../support/http-server.ts';
import { skipWithoutMonitoring } from '../support/monitoring-tools.ts';
import { type Program, tuohs } from '../support/process.ts';
import { redisServer, skipWithoutRedis } from '../support/redis-server.ts';
import { type Monitoring, monitoring } from './monitoring.ts';

/** All times are divided by this number. */
const FACTOR = Number(process.env.FASTER ?? 15);

const figures: string[] = [];

after(() => process.stdout.write(`${figures.join('\n')}\n`));

suite('outages', { concurrency: true, skip: skipWithoutMonitoring || skipWithoutRedis }, () => {
  test('SHOUTCLOUD is killed: TuohsUpstreamDown and its end are reported, and its consequences are not', async (t) => {
    const upstream = await startUpstream(t);
    const service = await startService(t, { SHOUTCLOUD_URL: upstream.url });
    const watched = await monitoring(t, service.adminUrl, FACTOR);

    await killUntilReported(watched, 'TuohsUpstreamDown', upstream.kill);
    await watched.toBeInhibited('TuohsErrorBudgetBurnFast');
    await upstream.start();
    await watched.receiver.toReceive('TuohsUpstreamDown resolved');

    assert.deepEqual(receivedFaults(watched), ['TuohsUpstreamDown firing', 'TuohsUpstreamDown resolved']);
    assert.match(watched.receiver.slack.join('\n'), /FIRING: TuohsUpstreamDown.*SHOUTCLOUD is down/);
    assert.match(watched.receiver.mails[0] ?? '', /TuohsUpstreamDown/);
    assert.deepEqual(new Set(watched.receiver.tokens), new Set(['Bearer the webhook-token']));
  });

  for (const [what, alert] of Object.entries({ service: 'TuohsDown', Redis: 'TuohsRedisDown' })) {
    test(`the ${what} is killed: ${alert} is reported, and then its end`, async (t) => {
      const redis = await redisServer(t);
      const upstream = await startUpstream(t);
      const service = await startService(t, { SHOUTCLOUD_URL: upstream.url, REDIS_URL: redis.url });
      const watched = await monitoring(t, service.adminUrl, FACTOR);
      const victim = what === 'Redis' ? redis : service;

      await killUntilReported(watched, alert, victim.kill);
      await victim.start();
      await watched.receiver.toReceive(`${alert} resolved`);

      assert.deepEqual(receivedFaults(watched), [`${alert} firing`, `${alert} resolved`]);
    });
  }
});

/**
 * Kills a part and waits for the notification. The time until then is only printed, because promtool checks when an alert fires.
 */
async function killUntilReported(
  { receiver }: Monitoring,
  name: string,
  kill: () => Promise<void>,
): Promise<void> {
  const startedAt = performance.now();
  await kill();
  await receiver.toReceive(`${name} firing`);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  figures.push(`${name}: reported after ${seconds} s, ${FACTOR} times faster than in production`);
}

/** The alerts that arrived, except the alert about slow answers, because a busy machine can cause it. */
function receivedFaults({ receiver }: Monitoring): string[] {
  return receiver.received.filter((notification) => !notification.startsWith('TuohsLatencyBudgetBurn '));
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

/** The service, and a client that asks for new texts until the test ends. */
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
      await sleep(200);
    }
  }
}

/** A program that can be killed, and started again at the same address. */
async function killable(start: () => Promise<Program>) {
  let running = await start();
  return {
    kill: async () => void (await running.stop('SIGKILL')),
    start: async () => {
      running = await start();
    },
  };
}
