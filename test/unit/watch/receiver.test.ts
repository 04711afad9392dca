import assert from 'node:assert/strict';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { systemClock } from '../../../src/core/clock.ts';
import { isHttpAddress } from '../../../src/core/text-values.ts';
import { webhook } from '../../../src/watch/receiver.ts';
import type { Notification } from '../../../src/watch/watch-state.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { closedUrl, httpServer } from '../../support/http-server.ts';
import { until } from '../../support/until.ts';
import { at, URL } from './watch-under-test.ts';

const never = new AbortController().signal;

const NOTIFICATION: Notification = {
  ...{ status: 'up', url: URL, since: at(1), at: at(2), cause: null, reason: 'a & b <c>' },
  ...{ freshMs: 20, knownMs: 10, downMs: 3_725_000 },
};

/** Sends the notification to a webhook that answers with `status`. Resolves with the failure, if any, and the requests it got. */
async function sent(t: TestContext, format: 'json' | 'slack', status = 200, headers = {}) {
  const got: unknown[] = [];
  const { url: address } = await httpServer(t, async (request, response) => {
    got.push([request.method, request.headers['content-type'], JSON.parse(await text(request))]);
    response.writeHead(status, headers).end('thanks');
  });
  return { failure: await webhook({ address, format }, systemClock).send(NOTIFICATION, never), got };
}

const SLACK_TEXT = `:large_green_circle: ${URL} is up since ${at(1)}: a &amp; b &lt;c&gt;. It was down for 1h 2m 5s.`;

for (const [what, format, body] of [
  ['the notification itself', 'json', NOTIFICATION],
  ['a text with nothing in it that Slack would take for markup', 'slack', { text: SLACK_TEXT }],
] as const) {
  test(`a webhook in the format ${format} gets ${what}`, async (t) => {
    const { failure, got } = await sent(t, format);

    assert.equal(failure, undefined);
    assert.deepEqual(got, [['POST', 'application/json', body]]);
  });
}

for (const [status, headers] of [[404], [500], [302, { location: '/elsewhere' }]] as const) {
  test(`an answer with ${status} means that the notification has not arrived`, async (t) => {
    const { failure, got } = await sent(t, 'json', status, headers);

    assert.equal(failure, `status ${status}`);
    assert.equal(got.length, 1);
  });
}

test('the reason of a refused connection does not hold the address', async () => {
  const address = `${await closedUrl()}/secret`;

  const reason = await webhook({ address, format: 'json' }, systemClock).send(NOTIFICATION, never);

  assert.equal(reason, 'ECONNREFUSED');
});

test('a webhook has ten seconds, and an abort ends the wait for it and leaves no timer', async (t) => {
  let asked = 0;
  const { url: address } = await httpServer(t, () => asked++);
  const clock = fakeClock();
  const stoppedClock = fakeClock();
  const stopping = new AbortController();

  const patient = webhook({ address, format: 'json' }, clock).send(NOTIFICATION, never);
  const stopped = webhook({ address, format: 'json' }, stoppedClock).send(NOTIFICATION, stopping.signal);
  await until(t, () => asked === 2);
  await clock.advance(10_000);
  stopping.abort();

  assert.equal(await patient, 'no answer within 10000 ms');
  assert.notEqual(await stopped, undefined);
  assert.deepEqual([clock.timers(), stoppedClock.timers()], [0, 0]);
});

test('without a format, an address of Slack gets the format of Slack, and a similar address does not', async (t) => {
  const hosts = ['hooks.slack.com', 'hooks.slack-gov.com', 'hooks.slack.com.example', 'a.example'];
  const texts: unknown[] = [];
  t.mock.method(globalThis, 'fetch', async (_address: string, { body }: { body: string }) => {
    texts.push(JSON.parse(body).text);
    return new Response();
  });

  for (const host of hosts) {
    await webhook({ address: `https://${host}/x` }, fakeClock()).send(NOTIFICATION, never);
  }

  assert.deepEqual(texts, [SLACK_TEXT, SLACK_TEXT, undefined, undefined]);
});

test('addresses are http or https, and hold no password', () => {
  const good = ['https://a.example/x?y', 'http://a'];
  const bad = ['ftp://a', 'a.example', 'https://u:p@a.example', ''];

  assert.deepEqual([...good, ...bad].filter(isHttpAddress), good);
});
