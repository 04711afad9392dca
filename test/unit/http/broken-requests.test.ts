import assert from 'node:assert/strict';
import { Socket } from 'node:net';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { brokenRequests } from '../../../src/http/broken-requests.ts';
import { crossOrigin } from '../../../src/http/cross-origin.ts';
import type { Exchange, ExchangeHost } from '../../../src/http/exchange.ts';
import { workTurns } from '../../../src/http/work-turns.ts';
import { noConnections, testWorld } from '../../support/world.ts';

const ORIGIN = 'https://one.example';
const CLOCK = testWorld().clock;
const HOST = { crossOrigin: crossOrigin([ORIGIN]), turns: workTurns(async () => {}, CLOCK) } as ExchangeHost;

test('bytes that are not HTTP are not kept while an earlier answer waits to be read, are answered in their turn, and do not cut off a last one', () => {
  const open = noConnections(1);
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

  let turns = 0;
  const answer = (send: () => void) => {
    turns++;
    send();
  };

  const refuse = brokenRequests(open, { ...HOST, turns: { ...HOST.turns, answer } });
  refuse(error, socket);
  const atOnce = looks;
  isWritable = false;
  wait();
  refuse(error, socket);

  assert.ok(atOnce > 0);
  assert.deepEqual([looks, socket.destroyed, turns], [atOnce, false, 1]);
});

test('the origin in bytes that are not HTTP does not keep the bytes in memory', () => {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc');
  const open = noConnections(20);
  const refuse = brokenRequests(open, HOST);
  const waiting: unknown[] = [];
  const earlier = { isWhole: true, atEnd: (run: unknown) => waiting.push(run) } as unknown as Exchange;
  gc();
  const keptBefore = process.memoryUsage().heapUsed;

  for (let i = 0; i < 20; i++) {
    const socket = Object.defineProperties(new Socket(), {
      remoteAddress: { value: '::1' },
      bytesRead: { value: 1 },
      writable: { value: true },
    });
    open.add(socket);
    open.of(socket)?.exchanges.push(earlier);
    const rawPacket = Buffer.from(`x\r\norigin: ${ORIGIN}\r\n`.padEnd(1_000_000));
    refuse(Object.assign(new Error('Parse Error'), { rawPacket }), socket);
  }
  gc();

  assert.equal(waiting.length, 20);
  assert.ok(process.memoryUsage().heapUsed - keptBefore < 10_000_000);
});
