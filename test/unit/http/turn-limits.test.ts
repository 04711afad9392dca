import assert from 'node:assert/strict';
import { Socket } from 'node:net';
import { test } from 'node:test';
import { turns } from '../../../src/core/turns.ts';
import { readingTurns, type TurnTaker } from '../../../src/http/limits/turn-limits.ts';
import { settled } from '../../support/fake-clock.ts';
import { heldTurn } from '../../support/world.ts';

for (const [what, bytes, before, after] of [
  ['busy connections are', 65_536, 20, 19],
  ['connections whose next request is short are', 2048, 20, 12],
] as const) {
  test(`${what} paused, and ${before - after} of 20 are read on in a turn of the event loop`, async () => {
    const { reading, connections, paused, endTurn } = start(20);
    for (const connection of connections) {
      reading.giveWay(connection, bytes);
      reading.giveWay(connection, bytes);
    }
    await settled();
    for (const connection of connections) reading.goOn(connection);

    const counts = [paused(), await endTurn()];
    for (let turn = 0; turn < 20; turn++) await endTurn();

    assert.deepEqual([...counts, paused()], [before, after, 0]);
  });
}

test('a connection is read on after a few turns, although a thousand texts of that size wait', async () => {
  const { reading, connections, nextTurn, paused, endTurn } = start(1);
  for (let count = 0; count < 1000; count++) void nextTurn(20_000);

  for (const connection of connections) reading.giveWay(connection, 20_000);
  await settled();
  const before = paused();
  for (let count = 0; count < 4; count++) await endTurn();

  assert.deepEqual([before, paused()], [1, 0]);
});

test('connections that are gone take no turns, whether they have given way or not', async () => {
  const { reading, connections, paused, endTurn } = start(4);
  const [early, , late, last] = connections;
  for (const connection of connections) reading.giveWay(connection, 65_536);
  early?.socket.destroy();
  await settled();
  late?.socket.destroy();

  await endTurn();
  await endTurn();

  assert.equal(last?.socket.isPaused(), false);
  assert.equal(paused(), 1, 'only the one that was never read on');
});

test('a connection that gave way although nothing of it is wanted takes no turn, and is read once more is wanted', async () => {
  let isWanted = false;
  const { reading, connections, waiting, paused } = start(1, () => isWanted);
  for (const connection of connections) reading.giveWay(connection, 1);
  await settled();
  for (const connection of connections) reading.goOn(connection);
  const before = [paused(), waiting.length];

  isWanted = true;
  for (const connection of connections) reading.goOn(connection);

  assert.deepEqual([...before, paused()], [1, 0, 0]);
});

/** This many connections that are being read, and turns that end when the test says so. */
function start(count: number, wantsMore = () => true) {
  const { soon, waiting, end } = heldTurn();
  const nextTurn = turns({ soon });
  const reading = readingTurns<TurnTaker>(nextTurn, wantsMore);
  const connections = Array.from({ length: count }, () => ({ socket: new Socket(), isPausing: false }));
  const paused = () => connections.filter(({ socket }) => socket.isPaused()).length;
  return {
    ...{ reading, connections, nextTurn, waiting, paused },
    /** Resolves with how many connections are paused after it. */
    async endTurn() {
      end();
      await settled();
      return paused();
    },
  };
}
