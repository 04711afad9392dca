import assert from 'node:assert/strict';
import { Socket } from 'node:net';
import { test } from 'node:test';
import { brokenRequests } from '../../../src/http/broken-requests.ts';
import type { Exchange, ExchangeHost } from '../../../src/http/exchange.ts';
import { connections } from '../../../src/http/limits/connections.ts';
import { testWorld } from '../../support/world.ts';

test('bytes that are not HTTP are not kept while an earlier answer waits to be read, and do not cut off a last one', () => {
  const open = connections(1, { ...testWorld().clock, nextTurn: async () => {}, isClosing: () => false });
  let isWritable = true;
  const socket = Object.defineProperties(new Socket(), {
    remoteAddress: { value: '::1' },
    bytesRead: { value: 1 },
    writable: { get: () => isWritable },
  });
  open.add(socket);
  let wait = () => {};
  const earlier: Pick<Exchange, 'isWhole' | 'atEnd'> = {
    isWhole: true,
    atEnd: (run) => (wait = () => run(earlier as Exchange)),
  };
  open.of(socket)?.exchanges.push(earlier as Exchange);
  let looks = 0;
  const error = Object.defineProperty(new Error('Parse Error'), 'rawPacket', {
    get: () => ++looks && Buffer.alloc(65_536),
  });

  const refuse = brokenRequests(open, { workTurn: (_, work) => work() } as ExchangeHost);
  refuse(error, socket);
  const atOnce = looks;
  isWritable = false;
  wait();
  refuse(error, socket);

  assert.ok(atOnce > 0);
  assert.deepEqual([looks, socket.destroyed], [atOnce, false]);
});
