import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import type { Connections } from '../../../src/http/limits/connections.ts';
import { stalledClients } from '../../../src/http/limits/stalled-clients.ts';

const WAITING = { isWhole: true, reply: { isUnread: false } };
const UNREAD = { isWhole: true, reply: { isUnread: true } };

test('a client that does not read has one more second, because the process could have been frozen', () => {
  const { socket, passTime } = connectionOf([UNREAD, WAITING]);

  passTime();
  const first = { ...socket };
  passTime();

  assert.deepEqual([first.isDestroyed, first.timeout, socket.isDestroyed], [false, 1000, true]);
});

test('a client has not stalled if something has arrived since its time was over', () => {
  const { socket, passTime } = connectionOf([UNREAD, WAITING]);

  passTime(() => socket.bytesRead++);

  assert.equal(socket.timeout, 10_000);
});

test('a body that stalls behind a request that waits for its answer is broken', () => {
  const broken: unknown[] = [];
  const breakBody = (error: unknown) => void broken.push(error);
  const { passTime } = connectionOf([
    WAITING,
    { ...WAITING, isWhole: false, body: { wantsMore: true }, breakBody },
  ]);

  passTime();

  assert.match(String(broken), /the body stalled/);
});

/** A connection with these exchanges, and a function that acts as its expired timer. */
function connectionOf(exchanges: readonly object[]) {
  const socket = {
    bytesRead: 1,
    timeout: 10_000,
    isDestroyed: false,
    setTimeout(ms: number) {
      this.timeout = ms;
    },
    resetAndDestroy() {
      this.isDestroyed = true;
    },
  };
  let endTurn = () => {};
  const onIdle = stalledClients(
    { of: () => ({ exchanges, isNew: false }) } as unknown as Connections,
    { slowClientMs: 10_000, keepAliveTimeoutMs: 125_000, isClosing: () => false },
    {
      soon: (run) => {
        endTurn = run;
        return () => {};
      },
    },
  );
  const passTime = (inTurn = () => {}) => {
    onIdle(socket as unknown as Socket);
    inTurn();
    endTurn();
  };
  return { socket, passTime };
}
