import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { reverser, reverseShout } from '../../src/core/reverse.ts';
import { listeningApi } from '../support/api.ts';
import { ask } from '../support/ask.ts';
import { fakeShouter } from '../support/fake-shouter.ts';
import { rawClient } from '../support/raw-client.ts';
import { until } from '../support/until.ts';
import { testWorld } from '../support/world.ts';

const REQUESTS = [
  { url: '/v1?data=hidden-text', route: '/v1', status: 200 },
  { url: '/v2/hidden-text', route: 'none', status: 404 },
  { url: '/v1/?Data=hidden-text', route: '/v1/', status: 400 },
  { url: '/health', route: '/health', status: 200 },
];
for (const { url, route, status } of REQUESTS) {
  test(`the answer to ${url} is told with its route, and without what the user sent`, async (t) => {
    const world = testWorld();
    const port = await listeningApi(t, { world });

    await ask(`http://127.0.0.1:${port}`, { path: url, headers: { 'x-request-id': 'mine' } });
    await until(t, () => world.told('answered').length > 0);

    const [told, ...more] = world.told('answered');
    assert.deepEqual(
      [told?.method, told?.route, told?.status, told?.requestId],
      ['GET', route, status, 'mine'],
    );
    assert.deepEqual(more, []);
    assert.ok(!JSON.stringify(world.events).includes('hidden'));
  });
}

test('an answer is told with the time that its request took', async (t) => {
  const world = testWorld();
  const upstream = fakeShouter();
  upstream.hold();
  const port = await listeningApi(t, { world, reverseShout: reverseShout(upstream, reverser('grapheme')) });
  const answer = ask(`http://127.0.0.1:${port}`, { path: '/v1?data=hello' });
  await until(t, () => upstream.calls.length > 0);

  await world.clock.advance(25);
  upstream.answerHeld();
  await answer;
  await until(t, () => world.told('answered').length > 0);

  assert.equal(world.told('answered')[0]?.durationMs, 25);
});

for (const method of ['PROPFIND', 'M-SEARCH', 'QUERY', 'LOCK']) {
  test(`${method} is told as _OTHER, because a label is of a closed set`, async (t) => {
    const world = testWorld();
    const port = await listeningApi(t, { world });

    await ask(`http://127.0.0.1:${port}`, { method, path: '/v1' });
    await until(t, () => world.told('answered').length > 0);

    assert.equal(world.told('answered')[0]?.method, '_OTHER');
  });
}

const JSON_HEAD =
  'POST /v1 HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 16\r\n\r\n';
const BULK_HEAD =
  'POST /v1/bulk HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-ndjson\r\ncontent-length: 33\r\n\r\n';
const LINES = '{"data":"hello"}\n{"data":"hello"}';

/** When, what was sent by then, how many calls of the upstream wait then, and how many requests there were. */
const GONE: readonly (readonly [when: string, sent: string, calls: number, requests: number])[] = [
  ['in the middle of a body', `${JSON_HEAD}{"da`, 0, 1],
  ['in the middle of a bulk', `${BULK_HEAD}${LINES.slice(0, 20)}`, 0, 1],
  ['in the middle of a body that nobody reads', `${JSON_HEAD.replace('/v1', '/v2')}{"da`, 0, 1],
  ['while its string waits for the upstream', `${JSON_HEAD}{"data":"hello"}`, 1, 1],
  ['while its bulk is answered', `${BULK_HEAD}${LINES}`, 2, 1],
  ['while three of its requests wait', `${JSON_HEAD}{"data":"hello"}`.repeat(3), 3, 3],
];

for (const [when, sent, calls, requests] of GONE) {
  for (const how of ['closes', 'resets'] as const) {
    test(`a client that ${how} its connection ${when} is no failure of ours`, async (t) => {
      const world = testWorld();
      const upstream = fakeShouter();
      upstream.hold();
      const port = await listeningApi(t, {
        world,
        reverseShout: reverseShout(upstream, reverser('grapheme')),
      });
      const client = await rawClient(t, port);
      client.send(sent);
      await until(t, () => upstream.calls.length === calls);
      await seenAll(t, port);

      if (how === 'closes') client.socket.destroy();
      else client.socket.resetAndDestroy();
      await seenAll(t, port);
      upstream.answerHeld();
      await world.clock.advance(1000);

      const told = () =>
        world.told('answered').filter(({ route, method }) => route !== 'none' || method !== 'HEAD');
      await until(t, () => told().length === requests);
      const statuses = told().map(({ status }) => status);
      assert.deepEqual(world.told('failed'), []);
      // One that closes in the middle of a body may also have ended its side only, and reads what was wrong.
      const isCertain = how === 'resets' || calls > 0;
      if (isCertain) assert.deepEqual(new Set(statuses), new Set([499]));
      else assert.ok(statuses.every((status) => status >= 400 && status < 500));
    });
  }
}

/** The service has read what was sent before, on any connection. */
async function seenAll(t: TestContext, port: number): Promise<void> {
  const client = await rawClient(t, port);
  client.send('HEAD /livez HTTP/1.1\r\nhost: x\r\n\r\n');
  await client.heard('\r\n\r\n');
}
