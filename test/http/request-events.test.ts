import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { TuohsError } from '../../src/core/errors.ts';
import { fakeApi, testApi } from '../support/api.ts';
import { ask } from '../support/ask.ts';
import { postOf, rawClient, requestOf } from '../support/raw-client.ts';
import { until } from '../support/until.ts';

for (const [method, path, route, status, host] of [
  ['GET', '/v1?data=hidden-text', '/v1', 200],
  ['GET', '/v2/hidden-text', 'none', 404],
  ['GET', '/v1/?Data=hidden-text', '/v1/', 400],
  ['GET', '/health', '/health', 200],
  ['PROPFIND', '/v1?data=hidden-text', '/v1', 405],
  ['PATCH', '/v1?data=hidden-text', '/v1', 405],
  ['QUERY', '/v1?data=hidden-text', '/v1', 405],
  ['GET', '/v1?data=hidden-text', '/v1', 400, 'two hidden words'],
  ['GET', '/v1/?data=hidden-text', '/v1/', 200, '[::1]:5000'],
] as const) {
  test(`the event of the ${status} to ${method} ${path} (${host ?? 'our host'}) has labels from closed sets, and nothing that the user sent`, async (t) => {
    const { world, port } = await fakeApi(t);

    await ask(`http://127.0.0.1:${port}`, {
      method,
      path,
      headers: { 'x-request-id': 'mine', ...(host && { host }) },
    });
    await until(t, () => world.emitted('answered').length > 0);

    const known = ['GET', 'PATCH'].includes(method) ? method : '_OTHER';
    const labels = { method: known, route, status, requestId: 'mine' };
    assert.deepEqual(world.emitted('answered'), [{ type: 'answered', durationMs: 0, ...labels }]);
    assert.ok(!JSON.stringify(world.events).includes('hidden'));
  });
}

test('each request gets an id of its own, also from another server', async (t) => {
  const [one, other] = [testApi(t), testApi(t)];

  const answers = [await one.inject('/health'), await one.inject('/health'), await other.inject('/health')];

  assert.equal(new Set(answers.map(({ headers }) => headers['x-request-id'])).size, 3);
});

test('an answer has the date of its own moment', async (t) => {
  const { world, port } = await fakeApi(t);
  const dateOfAnswer = async () => (await ask(`http://127.0.0.1:${port}`, { path: '/health' })).headers.date;

  const first = await dateOfAnswer();
  await world.clock.advance(1500);

  assert.deepEqual(
    [first, await dateOfAnswer()],
    ['Tue, 01 Jan 2030 00:00:00 GMT', 'Tue, 01 Jan 2030 00:00:01 GMT'],
  );
});

test('the event of an answer has the time of its request', async (t) => {
  const { world, upstream, port } = await fakeApi(t);
  upstream.hold();
  const answer = ask(`http://127.0.0.1:${port}`, { path: '/v1?data=hello' });
  await until(t, () => upstream.calls.length > 0);

  await world.clock.advance(25);
  upstream.answerHeld();
  await answer;
  await until(t, () => world.emitted('answered').length > 0);

  assert.equal(world.emitted('answered')[0]?.durationMs, 25);
});

const POST = postOf('hello');
const LINES = { type: 'application/x-ndjson', body: '{"data":"hello"}\n{"data":"hello"}' };
const BULK = requestOf('POST /v1/bulk', LINES);

test('a client that leaves after reading the refusal of its body has been answered', async (t) => {
  const { world, port } = await fakeApi(t);
  const client = await rawClient(t, port);
  client.send(POST.replace('length: 16', 'length: 1000000'));
  await client.heard('TOO_LARGE');
  await until(t, () => world.clock.timers() > 0);

  client.socket.resetAndDestroy();

  await until(t, () => world.emitted('answered').length > 0);
  assert.equal(world.emitted('answered')[0]?.status, 413);
});

/** When the client leaves, what it has sent by then, how many calls wait for the upstream, and how many requests are counted. */
const GONE: readonly (readonly [when: string, sent: string, calls: number, requests: number])[] = [
  ['in the middle of a body', POST.slice(0, -12), 0, 1],
  ['in the middle of a bulk', BULK.slice(0, -13), 0, 1],
  ['in the middle of a body that no one reads', POST.replace('/v1', '/v2').slice(0, -12), 0, 1],
  ['while its string waits for the upstream', POST, 1, 1],
  ['while its bulk is answered', BULK, 2, 1],
  ['while three of its requests wait', POST.repeat(3), 1, 3],
  ['while its bulk waits behind a string', POST + BULK, 1, 2],
  ['after it has sent more requests than it can', POST.repeat(200), 1, 129],
  ['while its string waits in front of a tunnel', POST + requestOf('CONNECT x:443'), 1, 1],
];

for (const [when, sent, calls, requests] of GONE) {
  for (const how of ['closes', 'resets'] as const) {
    test(`a client that ${how} its connection ${when} is not a failure of ours`, async (t) => {
      const { world, upstream, port } = await fakeApi(t);
      // Work that no one waits for can still end with an answer or an error.
      upstream.hold(how === 'closes' ? 'deaf' : 'listening');
      const client = await rawClient(t, port);
      client.send(sent);
      await until(t, () => upstream.calls.length === calls);
      await seenAll(t, port);

      if (how === 'closes') client.socket.destroy();
      else client.socket.resetAndDestroy();
      await seenAll(t, port);
      upstream.answerHeld();
      await world.clock.advance(1000);

      const emitted = () => world.emitted('answered').filter(({ method }) => method !== 'HEAD');
      await until(t, () => emitted().length === requests);
      assert.ok(upstream.received.every(({ signal }) => signal.reason instanceof TuohsError));
      const statuses = emitted().map(({ status }) => status);
      assert.deepEqual(world.emitted('failed'), []);
      // In the middle of a body, the service cannot tell whether a client has closed its connection or only its sending side.
      const isCertain = how === 'resets' || calls > 0;
      if (isCertain) assert.deepEqual(new Set(statuses), new Set([499]));
      else assert.ok(statuses.every((status) => status >= 400 && status < 500));
    });
  }
}

/** Resolves when the service has read everything that was sent before, on all connections. */
async function seenAll(t: TestContext, port: number): Promise<void> {
  const client = await rawClient(t, port);
  client.send('HEAD /livez HTTP/1.1\r\nhost: x\r\n\r\n');
  await client.heard('\r\n\r\n');
}
