import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

// What `helm test` runs inside the cluster, in a pod of the same image: through the Service, and pod by pod.
const { SERVICE_URL, PODS_HOST, PODS, PORT, ADMIN_PORT, HAS_REDIS } = process.env;
const pods = await addressesOf(PODS_HOST, Number(PODS));

// An honest refusal: SHOUTCLOUD itself does not answer, which says nothing about this release.
const isRefused = async (answer) =>
  answer.status >= 503 && /"code":"UPSTREAM_/.test(await answer.clone().text());

test('JSON is answered reversed and shouted', async (t) => {
  await assertAnswer(t, await postJson(SERVICE_URL, 'hello'));
});

test('a form is answered reversed and shouted', async (t) => {
  await assertAnswer(
    t,
    await fetch(`${SERVICE_URL}/v1`, { method: 'POST', body: new URLSearchParams({ data: 'hello' }) }),
  );
});

test('a query is answered reversed and shouted', async (t) => {
  await assertAnswer(t, await fetch(`${SERVICE_URL}/v1?data=hello`));
});

test('what is not a string is a 400 with a code', async () => {
  const answer = await postJson(SERVICE_URL, 5);

  assert.equal(answer.status, 400);
  assert.equal((await answer.json()).code, 'BAD_INPUT');
});

test('the admin port is not behind the Service', async () => {
  assert.equal((await fetch(`${SERVICE_URL}/metrics`)).status, 404);
});

test('each pod is ready and has metrics', async () => {
  assert.ok(pods.length >= Number(PODS), `${pods.length} of ${PODS} pods are ready`);
  for (const pod of pods) {
    assert.equal((await fetch(`http://${pod}:${ADMIN_PORT}/readyz`)).status, 200);
    assert.match(await (await fetch(`http://${pod}:${ADMIN_PORT}/metrics`)).text(), /^tuohs_\w+/m);
  }
});

const notShared = HAS_REDIS !== 'true' ? 'there is no Redis' : pods.length < 2 && 'there is one pod only';

test('what one pod was told the others know', { skip: notShared }, async (t) => {
  const [first, ...others] = pods.map((pod) => `http://${pod}:${PORT}`);
  const asked = randomUUID();
  const answer = await postJson(first, asked);
  if (await isRefused(answer)) return t.skip('SHOUTCLOUD does not answer');
  assert.equal(answer.status, 200);
  // The answer does not wait for the shared cache to be written.
  await sleep(1000);

  for (const other of others) {
    assert.equal((await postJson(other, asked)).headers.get('cache-status'), 'tuohs; hit; detail=redis');
  }
});

/** Right after an install the autoscaler has yet to bring all pods. */
async function addressesOf(host, atLeast) {
  for (let left = 60; ; left--, await sleep(1000)) {
    const found = await lookup(host, { all: true }).catch(() => []);
    if (found.length >= atLeast || left === 0) {
      return found.map(({ address, family }) => (family === 6 ? `[${address}]` : address));
    }
  }
}

function postJson(url, data) {
  const headers = { 'content-type': 'application/json' };
  return fetch(`${url}/v1`, { method: 'POST', headers, body: JSON.stringify({ data }) });
}

async function assertAnswer(t, answer) {
  if (await isRefused(answer)) return t.skip('SHOUTCLOUD does not answer');
  assert.equal(answer.status, 200);
  assert.deepEqual(await answer.json(), { data: 'OLLEH' });
}
