import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import type { Connections } from '../../../src/http/limits/connections.ts';
import { stalledClients } from '../../../src/http/limits/stalled-clients.ts';

test('a client that does not read has one more second, because the process could have been frozen', () => {
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
  const exchanges = [true, false].map((isUnread) => ({ isWhole: true, reply: { isUnread } }));
  const { onIdle } = stalledClients(
    { of: () => ({ exchanges, isNew: false }) } as unknown as Connections,
    () => {},
    { slowClientMs: 10_000, keepAliveTimeoutMs: 125_000, isClosing: () => false },
    { soon: (run) => [() => {}, run()][0] as () => void },
  );

  onIdle(socket as unknown as Socket);
  const first = { ...socket };
  onIdle(socket as unknown as Socket);

  assert.deepEqual([first.isDestroyed, first.timeout, socket.isDestroyed], [false, 1000, true]);
});
