import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testApi } from '../../support/api.ts';

const PROXY = '10.0.0.1';
const OUTER_PROXY = '192.0.2.9';
const CLIENT = '203.0.113.7';
const OTHER = '198.51.100.1';

type Trust = number | string[] | undefined;
const CASES: readonly [what: string, Trust, from: string, forwarded: string | undefined, client: string][] = [
  ['without trusted proxies, what a client says is ignored', undefined, OTHER, `a lie, ${CLIENT}`, OTHER],
  ['zero proxies are none', 0, OTHER, CLIENT, OTHER],
  ['behind one proxy, the client is the last address', 1, PROXY, CLIENT, CLIENT],
  ['an address that a client made up does not help it', 1, PROXY, `1.1.1.1, ${CLIENT}`, CLIENT],
  ['nor do two', 1, PROXY, `3.3.3.3, 4.4.4.4, ${CLIENT}`, CLIENT],
  ['an entry that is not an address does not help a client', 1, PROXY, `unknown, ${CLIENT}`, CLIENT],
  ['an entry that is not an address counts as the proxy that sent it', 2, PROXY, `${CLIENT}, unknown`, PROXY],
  ['behind two, the last address but one counts', 2, PROXY, `1.1.1.1, ${CLIENT}, ${OUTER_PROXY}`, CLIENT],
  ['if fewer proxies have added an address, the first one counts', 3, PROXY, CLIENT, CLIENT],
  ['behind a proxy that adds no address, the client is the proxy', 1, PROXY, undefined, PROXY],
  ['a trusted address is believed', [PROXY], PROXY, `1.1.1.1, ${CLIENT}`, CLIENT],
  [
    'a trusted network is believed, hop by hop',
    ['10.0.0.0/8', OUTER_PROXY],
    '10.1.2.3',
    `1.1.1.1, ${CLIENT}, ${OUTER_PROXY}`,
    CLIENT,
  ],
  ['a client that is not a trusted proxy is not believed', [PROXY], OTHER, CLIENT, OTHER],
  ['naming a trusted proxy does not help', [PROXY], PROXY, `${CLIENT}, ${OTHER}, ${PROXY}`, OTHER],
  [
    'of more trusted proxies than 32, the next one counts as the client',
    ['10.0.0.0/8'],
    PROXY,
    `${CLIENT}, 10.0.0.2${`, ${PROXY}`.repeat(31)}`,
    '10.0.0.2',
  ],
  ['a port does not count', 1, PROXY, `${CLIENT}:50001`, CLIENT],
  ['a port of a single digit behind brackets does not count', 1, PROXY, '[2001:db8::1]:7', '8193:3512:0:0'],
  ['a trusted IPv4 proxy is believed over an IPv6 socket', [PROXY], `::ffff:${PROXY}`, CLIENT, CLIENT],
];
for (const [what, trustProxy, remoteAddress, forwarded, client] of CASES) {
  test(what, async (t) => {
    const counted: string[] = [];
    const count = async (client: string) => ({ current: counted.push(client), leftMs: 60_000 });
    const options = { trustProxy, rateLimitPerMinute: 10 };
    const api = testApi(t, { requestCounter: { count }, options });
    const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded };

    await api.inject({ url: '/v1?data=hello', remoteAddress, headers });

    assert.deepEqual(counted, [client]);
  });
}
