import assert from 'node:assert/strict';
import { Socket } from 'node:net';
import { test } from 'node:test';
import { type NextTurn, turns } from '../../../src/core/turns.ts';
import {
  limitPieces,
  type ReadingTurn,
  readingTurns,
  type TurnTaker,
} from '../../../src/http/limits/turn-limits.ts';
import { settled } from '../../support/fake-clock.ts';
import { heldTurn } from '../../support/world.ts';

test('connections that give way are read on one after another, each in a turn of its own', async () => {
  const { reading, one, other, paused, turn } = start();
  reading.giveWay(one);
  reading.giveWay(other);
  await settled();
  reading.goOn(one);

  const before = [paused(), await turn(), paused(), await turn(), paused(), await turn()];
  reading.giveWay(one);
  await settled();

  assert.deepEqual(before, [[true, true], 1, [false, true], 1, [false, false], 0]);
  assert.deepEqual([paused(), await turn(), paused()], [[true, false], 1, [false, false]]);
});

test('connections whose next request is short are read on together', async () => {
  const { reading, one, other, paused, turn } = start({ connections: 32 });
  reading.giveWay(one);
  reading.giveWay(other);
  await settled();

  assert.deepEqual([paused(), await turn(), paused()], [[true, true], 1, [false, false]]);
});

test('a connection is read on after a few turns, although a thousand texts of that size wait', async () => {
  const { soon, end } = heldTurn();
  const nextTurn = turns({ soon });
  for (let count = 0; count < 1000; count++) void nextTurn(20_000);
  const { reading, one, paused } = start({ nextTurn, bytes: 20_000 });

  reading.giveWay(one);
  await settled();
  const before = paused();
  for (let count = 0; count < 4; count++) {
    end();
    await settled();
  }

  assert.deepEqual(
    [before, paused()],
    [
      [true, false],
      [false, false],
    ],
  );
});

test('a connection that is gone before it has given way takes no turn', async () => {
  const { reading, one, turn } = start();

  reading.giveWay(one);
  one.socket.destroy();
  await settled();

  assert.equal(await turn(), 0);
});

test('a connection that gave way while no bytes of it were wanted is read on when more are wanted', async () => {
  let isWanted = false;
  const { reading, one, paused, turn } = start({ wantsMore: () => isWanted });
  reading.giveWay(one);
  await settled();
  reading.goOn(one);
  const before = [paused(), await turn()];

  isWanted = true;
  reading.goOn(one);

  assert.deepEqual([...before, paused()], [[true, false], 0, [false, false]]);
});

test('pieces that other connections brought in an earlier turn do not count', () => {
  const { soon, end } = heldTurn();
  const pieces = limitPieces(() => true, { soon });
  const [one, other] = [new Socket(), new Socket()];
  pieces.add(256, other);
  pieces.add(64, one);
  const before = pieces.areTooShort(511);
  end();

  pieces.add(64, one);

  assert.deepEqual([before, pieces.areTooShort(511)], [true, false]);
});

/** Two connections that are being read, and turns that end when the test calls `turn`, unless the test gives `nextTurn`. */
function start({ wantsMore = (): boolean => true, connections = 1, bytes = 1, ...given }: Given = {}) {
  const asked: (() => void)[] = [];
  const nextTurn = given.nextTurn ?? (() => new Promise<void>((run) => asked.push(run)));
  const reading = readingTurns<TurnTaker>(nextTurn, wantsMore, { connections, bytes });
  const [one, other] = [new Socket(), new Socket()].map((socket) => ({ socket, isPausing: false }));
  assert.ok(one && other);
  return {
    ...{ reading, one, other },
    paused: () => [one.socket.isPaused(), other.socket.isPaused()],
    /** Runs the turns that were asked for. Resolves with their number. */
    async turn() {
      const turns = asked.splice(0);
      for (const run of turns) run();
      await settled();
      return turns.length;
    },
  };
}

interface Given extends Partial<ReadingTurn> {
  readonly wantsMore?: () => boolean;
  readonly nextTurn?: NextTurn;
}
