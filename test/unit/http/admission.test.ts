import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeApi } from '../../support/api.ts';
import { parsed } from '../../support/raw-answer.ts';
import { postOf, rawClient, requestOf } from '../../support/raw-client.ts';
import { until } from '../../support/until.ts';

test('whole requests up to the limit are under way; the next one is refused, and does not count', async (t) => {
  const { upstream, server, port } = await fakeApi(t, { limits: { maxInFlight: 2 } });
  upstream.hold();
  (await rawClient(t, port)).send(postOf('cut').slice(0, -1));
  for (const text of ['first', 'second']) (await rawClient(t, port)).send(requestOf(`GET /v1?data=${text}`));
  await until(t, () => upstream.calls.length === 2);
  const third = await rawClient(t, port);

  third.send(requestOf('GET /v1?data=third'));

  assert.equal(parsed(await third.heard('OVERLOADED')).status, 503);
  assert.equal(server.inFlight(), 2);
});
