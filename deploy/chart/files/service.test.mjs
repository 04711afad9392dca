import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

// `helm test` runs this inside the cluster, in a pod of the same image. It asks the Service and each pod. It retries, because
// right after an install, the autoscaler adds pods, the Service refuses connections for a moment, and a pod can be ready before it
// has connected to Redis.
const PATIENCE = 60;
// Waits longer for pods, because a node that has never run the image has to pull it first.
const PATIENCE_WITH_PODS = 180;
const PAUSE_MS = 1000;
const { SERVICE_URL, PODS_HOST, PODS, PORT, ADMIN_PORT, HAS_REDIS } = process.env;
const pods = await addressesOf(PODS_HOST, Number(PODS));

// Whether the service refused because SHOUTCLOUD does not answer. That says nothing about this release.
const isRefused = async (answer) =>
  answer.status >= 503 && /"code":"UPSTREAM_/.test(await answer.clone().text());

test('JSON is answered reversed and shouted', async (t) => {
  await assertAnswer(t, await postJson(SERVICE_URL, 'hello'));
});

test('a form is answered reversed and shouted', async (t) => {
  await assertAnswer(
    t,
    await ask(`${SERVICE_URL}/v1`, { method: 'POST', body: new URLSearchParams({ data: 'hello' }) }),
  );
});

test('a query is answered reversed and shouted', async (t) => {
  await assertAnswer(t, await ask(`${SERVICE_URL}/v1?data=hello`));
});

test('what is not a text is a 400 with a code', async () => {
  const answer = await postJson(SERVICE_URL, 5);

  assert.equal(answer.status, 400);
  assert.equal((await answer.json()).code, 'BAD_INPUT');
});

test('the admin port is not behind the Service', async () => {
  assert.equal((await ask(`${SERVICE_URL}/metrics`)).status, 404);
});

test('each pod is ready and has metrics', async () => {
  assert.ok(pods.length >= Number(PODS), `${pods.length} of ${PODS} pods are ready`);
  for (const pod of pods) {
    assert.equal((await ask(`http://${pod}:${ADMIN_PORT}/readyz`)).status, 200);
    assert.match(await (await ask(`http://${pod}:${ADMIN_PORT}/metrics`)).text(), /^tuohs_\w+/m);
  }
});

const notShared = HAS_REDIS !== 'true' ? 'there is no Redis' : pods.length < 2 && 'there is one pod only';

test('pods share their known texts', { skip: notShared }, async (t) => {
  const [first, ...others] = pods.map((pod) => `http://${pod}:${PORT}`);

  for (const other of others) {
    const seen = await sharedBetween(first, other);
    if (seen === 'refused') return t.skip('SHOUTCLOUD does not answer');
    assert.equal(seen, 'tuohs; hit; detail=redis');
  }
});

/** Asks the first pod for a new text, then the second pod. Returns the second `Cache-Status`. Retries until Redis answers the second. */
async function sharedBetween(first, second) {
  for (let left = PATIENCE; ; left--) {
    const asked = randomUUID();
    const answer = await postJson(first, asked);
    if (await isRefused(answer)) return 'refused';
    assert.equal(answer.status, 200);
    // The first pod can answer before it has written the answer to Redis.
    await sleep(PAUSE_MS);
    const status = (await postJson(second, asked)).headers.get('cache-status');
    if (status === 'tuohs; hit; detail=redis' || left === 0) return status;
  }
}

async function ask(url, options) {
  for (let left = PATIENCE; ; left--, await sleep(PAUSE_MS)) {
    try {
      return await fetch(url, options);
    } catch (error) {
      if (left === 0) throw error;
    }
  }
}

async function addressesOf(host, atLeast) {
  for (let left = PATIENCE_WITH_PODS; ; left--, await sleep(PAUSE_MS)) {
    const found = await lookup(host, { all: true }).catch(() => []);
    if (found.length >= atLeast || left === 0) {
      return found.map(({ address, family }) => (family === 6 ? `[${address}]` : address));
    }
  }
}

function postJson(url, data) {
  const headers = { 'content-type': 'application/json' };
  return ask(`${url}/v1`, { method: 'POST', headers, body: JSON.stringify({ data }) });
}

async function assertAnswer(t, answer) {
  if (await isRefused(answer)) return t.skip('SHOUTCLOUD does not answer');
  assert.equal(answer.status, 200);
  assert.deepEqual(await answer.json(), { data: 'OLLEH' });
}
