import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeApi } from '../support/api.ts';
import { answerOf } from '../support/fake-shouter.ts';
import { rawClient, requestOf } from '../support/raw-client.ts';
import { until } from '../support/until.ts';

const BULK = { line: 'POST /v1/bulk', type: 'application/x-ndjson', body: '{"data":"a"}\n' };
const SHORT = { line: 'POST /v1', type: 'text/plain', body: 'a'.repeat(2048) };
const LONG = { ...SHORT, body: 'a'.repeat(2049) };

// If an answer begins before a proxy written in Go has noticed the end of the request, the proxy drops the rest of the answer.
for (const [what, { line, ...parts }, more, waits] of [
  ['a bulk behind a proxy', BULK, 'via: 1.1 proxy', true],
  ['a long text behind a proxy', LONG, 'x-forwarded-for: 203.0.113.8', true],
  ['a long text behind a proxy that follows the standard', LONG, 'forwarded: for=203.0.113.8', true],
  ['a short text behind a proxy', SHORT, 'via: 1.1 proxy', false],
  ['a long text', LONG, '', false],
  ['a bulk', BULK, '', false],
] as const) {
  test(`${what} is answered ${waits ? '2 ms after its end' : 'at once'}`, async (t) => {
    let asked = 0;
    const reverseShout = (text: string) => {
      asked++;
      return answerOf(text);
    };
    const { world, port } = await fakeApi(t, { reverseShout });
    const client = await rawClient(t, port);

    client.send(requestOf(line, { ...parts, more }));
    if (waits) {
      await until(t, () => world.clock.timers() > 0 || asked > 0);
      await world.clock.advance(1.9);
      assert.equal(asked, 0);
      await world.clock.advance(0.1);
    }

    await client.heard(/^HTTP\/1\.1 200 [\s\S]*"a+"/);
    assert.equal(asked, 1);
  });
}

test('a client that hangs up before its answer leaves no timer', async (t) => {
  const { world, port } = await fakeApi(t);
  const client = await rawClient(t, port);
  client.send(requestOf(BULK.line, { ...BULK, more: 'via: 1.1 proxy' }));
  await until(t, () => world.clock.timers() > 0);

  client.socket.resetAndDestroy();

  await until(t, () => world.emitted('answered').length > 0);
  assert.equal(world.clock.timers(), 0);
});
