import assert from 'node:assert/strict';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { systemClock } from '../../../src/core/clock.ts';
import { formatFor, isWebhookAddress, webhook } from '../../../src/watch/receiver.ts';
import type { Notification } from '../../../src/watch/standing.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { closedUrl, httpServer } from '../../support/http-server.ts';
import { until } from '../../support/until.ts';
import { at, URL } from './watch-under-test.ts';

const never = new AbortController().signal;

const NOTIFICATION: Notification = {
  ...{ status: 'up', url: URL, since: at(1), at: at(2), cause: null, reason: 'a & b <c>' },
  ...{ freshMs: 20, knownMs: 10, downMs: 3_725_000 },
};

/** A webhook that answers with this status, and what it got. */
async function receiving(t: TestContext, status = 200, headers: Record<string, string> = {}) {
  const bodies: unknown[] = [];
  const { url } = await httpServer(t, async (request, response) => {
    bodies.push([request.method, request.headers['content-type'], JSON.parse(await text(request))]);
    response.writeHead(status, headers).end('thanks');
  });
  const tell = (format: 'json' | 'slack') =>
    webhook({ address: url, format }, systemClock).send(NOTIFICATION, never);
  return { bodies, tell };
}

test('a JSON webhook gets the notification itself', async (t) => {
  const { tell, bodies } = await receiving(t);

  assert.equal(await tell('json'), undefined);
  assert.deepEqual(bodies, [['POST', 'application/json', NOTIFICATION]]);
});

test('a Slack webhook gets a text with nothing in it that Slack would take for markup', async (t) => {
  const { tell, bodies } = await receiving(t);

  await tell('slack');

  const text = `:large_green_circle: ${URL} is up since ${at(1)}: a &amp; b &lt;c&gt;. It was down for 1h 2m 5s.`;
  assert.deepEqual(bodies, [['POST', 'application/json', { text }]]);
});

for (const [status, headers] of [[404], [500], [302, { location: '/elsewhere' }]] as const) {
  test(`an answer with ${status} means that it has not arrived`, async (t) => {
    const { tell, bodies } = await receiving(t, status, headers);

    assert.equal(await tell('json'), `status ${status}`);
    assert.equal(bodies.length, 1);
  });
}

test('nobody there is the reason, without the address', async () => {
  const address = `${await closedUrl()}/secret`;

  const reason = await webhook({ address, format: 'json' }, systemClock).send(NOTIFICATION, never);

  assert.equal(reason, 'ECONNREFUSED');
});

test('a webhook has ten seconds, and nobody who is told to stop waits for it', async (t) => {
  let asked = 0;
  const { url: address } = await httpServer(t, () => asked++);
  const clock = fakeClock();
  const stopping = new AbortController();

  const patient = webhook({ address, format: 'json' }, clock).send(NOTIFICATION, never);
  const stopped = webhook({ address, format: 'json' }, fakeClock()).send(NOTIFICATION, stopping.signal);
  await until(t, () => asked === 2);
  await clock.advance(10_000);
  stopping.abort();

  assert.equal(await patient, 'no answer within 10000 ms');
  assert.notEqual(await stopped, undefined);
});

test('Slack hosts want their own format, and only they', () => {
  const addresses = ['https://hooks.slack.com/services/x', 'https://hooks.slack.com.example/x'];

  assert.deepEqual(addresses.map(formatFor), ['slack', 'json']);
});

test('addresses are http or https, and hold no password', () => {
  const good = ['https://a.example/x?y', 'http://a'];
  const bad = ['ftp://a', 'a.example', 'https://u:p@a.example', ''];

  assert.deepEqual([...good, ...bad].filter(isWebhookAddress), good);
});
