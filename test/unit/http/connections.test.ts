import assert from 'node:assert/strict';
import { Socket } from 'node:net';
import { test } from 'node:test';
import type { Exchange } from '../../../src/http/exchange.ts';
import { connections } from '../../../src/http/limits/connections.ts';
import { testWorld } from '../../support/world.ts';

for (const [what, isUnread, expected] of [
  [
    'while a client does not read its first answer, each request waits for the one before it',
    true,
    [undefined, 0, 1, 2, 3, 4, 5, 6, 7, 8],
  ],
  ['otherwise a request waits for the eighth before it', false, [...Array(8).fill(undefined), 0, 1]],
] as const) {
  test(what, () => {
    const open = connections(1, { ...testWorld().clock, nextTurn: async () => {} });
    const socket = new Socket();
    open.add(socket, 0);
    const exchanges = Array.from({ length: 10 }, () => exchangeOn(socket, isUnread));

    const waitFor = exchanges.map((exchange) => open.begin(exchange));

    const numbers = waitFor.map((before) => before && exchanges.indexOf(before));
    assert.deepEqual(numbers, expected);
  });
}

/** As much of an exchange as a connection needs to know. */
function exchangeOn(socket: Socket, isUnread: boolean): Exchange {
  const about = { startedMs: 0, isWhole: true, hold: () => true, atEnd() {} };
  return { ...about, request: { socket }, reply: { isUnread, closeAfter() {} } } as unknown as Exchange;
}
