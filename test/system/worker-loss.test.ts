import assert from 'node:assert/strict';
import { Agent, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { askJson, type Reply } from '../support/ask.ts';
import { tuohs } from '../support/process.ts';
import { heldUpstream } from './held-upstream.ts';
import { statusOf, workersOf } from './worker-status.ts';

const TWO = { WEB_CONCURRENCY: '2' };

test('a killed worker loses the requests in flight on it and no other', async (t) => {
  const upstream = await heldUpstream(t);
  const service = tuohs(t, ['serve'], {
    ...TWO,
    ...{ SHOUTCLOUD_URL: upstream.url, UPSTREAM_CONNECTIONS: '64', BATCH_MAX_ITEMS: '1' },
  });
  const { url, adminUrl } = await service.listening();
  const replies = Array.from({ length: 40 }, (_, i) =>
    askJson(url, { data: `text ${i}` }).catch((error: Error) => error),
  );
  while (upstream.waiting.length < 40) await turn();
  const [first, second] = await workersOf(adminUrl);
  assert.ok(first && second);

  process.kill(first.pid, 'SIGKILL');
  await service.logLine('a worker ended unasked');
  upstream.answerAll();

  const lost = (await Promise.all(replies)).filter((reply) => !isAnswered(reply));
  assert.equal(lost.length, first.requests.inFlight);
  assert.equal(40 - lost.length, second.requests.inFlight);
});

test('under load a killed worker costs each of its connections one request at most', async (t) => {
  const service = tuohs(t, ['serve', '--embedded-shoutcloud'], TWO);
  const { url, adminUrl } = await service.listening();
  const [first] = await workersOf(adminUrl);
  assert.ok(first);
  const callers = Array.from({ length: 16 }, () => caller(url, service.logLine('a worker ended unasked')));

  while (callers.some(({ answered }) => answered() < 20)) await turn();
  process.kill(first.pid, 'SIGKILL');
  await service.logLine('a worker ended unasked');
  const before = callers.map(({ answered }) => answered());
  while (callers.some(({ answered }, i) => answered() < (before[i] ?? 0) + 20)) await turn();
  const lost = await Promise.all(callers.map(({ stop }) => stop()));

  assert.ok(
    lost.every((count) => count <= 1),
    `lost by caller: ${lost}`,
  );
});

test('a lost worker is replaced, and the service stays ready meanwhile', async (t) => {
  const service = tuohs(t, ['serve', '--embedded-shoutcloud'], TWO);
  const { adminUrl } = await service.listening();
  const [lost, kept] = await workersOf(adminUrl);
  assert.ok(lost && kept);

  process.kill(lost.pid, 'SIGKILL');
  await service.logLine('a worker ended unasked');
  const between = await statusOf(adminUrl);
  const after = await workersOf(adminUrl);

  assert.equal(between.ready, true);
  const pids = after.map(({ pid }) => pid);
  assert.ok(!pids.includes(lost.pid) && pids.includes(kept.pid));
});

/** Asks again and again on a connection that it keeps; after a loss, on a new one once `isOver`. */
function caller(url: string, isOver: Promise<unknown>) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  let isStopped = false;
  let answered = 0;
  let lost = 0;
  const done = go();
  return {
    answered: () => answered,
    async stop() {
      isStopped = true;
      await done;
      return lost;
    },
  };

  async function go(): Promise<void> {
    while (!isStopped) {
      const isGood = await ask(url, agent).catch(() => false);
      if (isGood) answered++;
      else {
        lost++;
        await isOver;
      }
    }
    agent.destroy();
  }
}

function ask(url: string, agent: Agent): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json' };
    request(`${url}/v1`, { method: 'POST', agent, headers }, (response) => {
      text(response).then((body) => resolve(body === '{"data":"OLLEH"}'), reject);
    })
      .on('error', reject)
      .end('{"data":"hello"}');
  });
}

function isAnswered(reply: Reply | Error): boolean {
  return !(reply instanceof Error) && reply.status === 200;
}
