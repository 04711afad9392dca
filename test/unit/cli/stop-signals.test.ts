import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import { stopSignals } from '../../../src/cli/own-process.ts';
import { settled } from '../../support/fake-clock.ts';

for (const signals of [
  ['SIGTERM'],
  ['SIGINT'],
  ['SIGHUP'],
  ['SIGTERM', 'SIGINT'],
  ['SIGINT', 'SIGINT', 'SIGTERM'],
]) {
  test(`${signals.join(' and ')} make ${Math.min(signals.length, 2)} of two`, async () => {
    const process = new EventEmitter();
    const { first, second } = stopSignals(process);
    let count = 0;
    const counted = () => count++;
    void first.then(counted);
    void second.then(counted);

    for (const signal of signals) process.emit(signal);
    await settled();

    assert.equal(count, Math.min(signals.length, 2));
  });
}

test('a signal that came before anyone asked counts', async () => {
  const process = new EventEmitter();
  const stop = stopSignals(process);

  process.emit('SIGTERM');
  await settled();

  await stop.first;
});
