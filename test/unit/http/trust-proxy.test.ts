import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { testApi } from '../../support/api.ts';
import { testWorld } from '../../support/world.ts';

const PROXY = '10.0.0.1';
const OUTER_PROXY = '192.0.2.9';

test('without trusted proxies, what the client says about its address is ignored', async (t) => {
  const { clientOf } = start(t, undefined);

  assert.equal(await clientOf('198.51.100.1', 'a lie, 203.0.113.7'), '198.51.100.1');
});

test('zero proxies are none', async (t) => {
  const { clientOf } = start(t, 0);

  assert.equal(await clientOf('198.51.100.1', '203.0.113.7'), '198.51.100.1');
});

test('behind one proxy, the client is the last address that the proxy added', async (t) => {
  const { clientOf } = start(t, 1);

  assert.equal(await clientOf(PROXY, '203.0.113.7'), '203.0.113.7');
});

test('behind one proxy, addresses that a client made up do not help it', async (t) => {
  const { clientOf } = start(t, 1);

  const clients = await Promise.all(
    ['1.1.1.1', '2.2.2.2', '3.3.3.3, 4.4.4.4', 'unknown'].map((lie) =>
      clientOf(PROXY, `${lie}, 203.0.113.7`),
    ),
  );

  assert.deepEqual(new Set(clients), new Set(['203.0.113.7']));
});

test('behind two proxies, the client is the last address but one', async (t) => {
  const { clientOf } = start(t, 2);

  assert.equal(await clientOf(PROXY, `1.1.1.1, 203.0.113.7, ${OUTER_PROXY}`), '203.0.113.7');
});

test('where fewer proxies than trusted have added an address, the first one counts', async (t) => {
  const { clientOf } = start(t, 3);

  assert.equal(await clientOf(PROXY, '203.0.113.7'), '203.0.113.7');
});

test('behind a proxy that adds no address, the client is the proxy', async (t) => {
  const { clientOf } = start(t, 1);

  assert.equal(await clientOf(PROXY, undefined), PROXY);
});

test('a trusted address is believed', async (t) => {
  const { clientOf } = start(t, [PROXY]);

  assert.equal(await clientOf(PROXY, '1.1.1.1, 203.0.113.7'), '203.0.113.7');
});

test('a trusted network is believed, hop by hop', async (t) => {
  const { clientOf } = start(t, ['10.0.0.0/8', OUTER_PROXY]);

  assert.equal(await clientOf('10.1.2.3', `1.1.1.1, 203.0.113.7, ${OUTER_PROXY}`), '203.0.113.7');
});

test('a client that is no trusted address is not believed', async (t) => {
  const { clientOf } = start(t, [PROXY]);

  assert.equal(await clientOf('198.51.100.1', '203.0.113.7'), '198.51.100.1');
});

test('a client behind a trusted proxy cannot pretend to be one itself', async (t) => {
  const { clientOf } = start(t, [PROXY]);

  assert.equal(await clientOf(PROXY, `203.0.113.7, 198.51.100.1, ${PROXY}`), '198.51.100.1');
});

test('a trusted IPv4 proxy is believed over an IPv6 socket', async (t) => {
  const { clientOf } = start(t, [PROXY]);

  assert.equal(await clientOf(`::ffff:${PROXY}`, '203.0.113.7'), '203.0.113.7');
});

/** An API that tells whom it counted as the client of a request. */
function start(t: TestContext, trustProxy: number | string[] | undefined) {
  const counted: string[] = [];
  const requestCounter = {
    async count(client: string) {
      counted.push(client);
      return { current: 1, leftMs: 60_000 };
    },
  };
  const options = { trustProxy, rateLimitPerMinute: 10 };
  const api = testApi(t, { world: testWorld(), requestCounter, options });
  return {
    async clientOf(remoteAddress: string, forwardedFor: string | undefined): Promise<string | undefined> {
      const headers = forwardedFor === undefined ? {} : { 'x-forwarded-for': forwardedFor };
      await api.inject({ url: '/v1?data=hello', remoteAddress, headers });
      return counted.pop();
    },
  };
}
