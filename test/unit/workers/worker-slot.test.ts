import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Event } from '../../../src/core/events.ts';
import { workerSlot } from '../../../src/workers/worker-slot.ts';
import { settled } from '../../support/fake-clock.ts';
import { testWorld } from '../../support/world.ts';
import { fakeWorkers } from './fake-worker.ts';

/**
 * The part before the arrow is the script of a slot that starts: a worker `listens`, `fails` with 1, `exits` with 0, `dies` by a
 * signal, or `hangs` from now on. The slot is asked to `drain` or to `hurry`. `+100` lets 100 ms pass. The part after the arrow
 * lists what happens. It ends with the worker that serves, and the number of workers that were started.
 */
const CASES = {
  'a worker that ends is reported': '1 listens, 1 dies, +99 => 1 serves, 1 SIGKILL; none of 1',
  'a worker that ends is replaced after a pause':
    '1 listens, 1 fails, +100, 2 listens => 1 serves, 1 code 1, 2 serves; 2 of 2',
  'a worker that answers stays': '1 listens, +30000 => 1 serves; 1 of 1',
  'a worker that does not answer is not killed before 10 s have passed':
    '1 listens, 1 hangs, +9999 => 1 serves; 1 of 1',
  'a worker that does not answer for 10 s is killed and replaced':
    '1 listens, 1 hangs, +10100 => 1 serves, 1 stuck; none of 2',
  'a first worker that ends before it serves fails the start':
    '1 fails => 1 code 1, a worker could not start: it ended with exit code 1; none of 1',
  'a worker has 60 s for its start': '+59999 => ; none of 1',
  'a worker that took long for its start has 10 s to answer, too':
    '+58900, 1 listens, 1 hangs, +9000 => 1 serves; 1 of 1',
  'a worker that hangs in its start is killed, and the next one is started': '+60100 => 1 stuck; none of 2',
  'the next worker can hang in its start as well':
    '+60100, +60200, 3 listens => 1 stuck, 2 stuck, 3 serves; 3 of 3',
  'a worker that says that it serves, but after its end, does not count':
    '+60100, 1 listens => 1 stuck, 1 serves; none of 2',
  'such a worker does not count even if the next worker is not started yet':
    '+60099, 1 listens => 1 stuck, 1 serves; none of 1',
  'a worker that is drained is not replaced':
    '1 listens, drain, +60000 => 1 serves, 1 code 0 as asked, drained; none of 1, no timer',
  'a worker that ended before the drain is not replaced':
    '1 listens, 1 fails, drain, +60000 => 1 serves, 1 code 1, drained; none of 1, no timer',
  'a worker that hangs in its start has 2 s to drain':
    '1 listens, 1 fails, +100, 2 hangs, +5000, drain, +1999 => 1 serves, 1 code 1; none of 2',
  'after 2 s of the drain, a worker that hangs in its start is killed':
    '1 listens, 1 fails, +100, 2 hangs, +5000, drain, +2000 => 1 serves, 1 code 1, 2 stuck as asked, drained; none of 2, no timer',
  'a worker that serves within 2 s of the drain is not killed':
    '1 listens, 1 fails, +100, 2 hangs, drain, 2 listens, +5000, 2 exits => 1 serves, 1 code 1, 2 serves, 2 code 0 as asked, drained; none of 2, no timer',
  'a worker that lost answers in its drain fails the drain':
    '1 listens, 1 hangs, drain, 1 fails => 1 serves, 1 code 1 as asked, a worker ended before everything was answered; none of 1, no timer',
  'a worker can be asked to end at once':
    '1 listens, hurry => 1 serves, 1 code 1 as asked, a worker ended before everything was answered; none of 1, no timer',
};
for (const [what, row] of Object.entries(CASES)) {
  test(what, async () => {
    const [script = '', seen] = row.split(' => ');
    const { play, state } = started();

    await play(script);

    assert.equal(state(), seen);
  });
}

test('workers that keep ending are replaced after growing pauses, at most 5 s', async () => {
  const { play, forked, clock } = started();
  const pauses: number[] = [];

  for (let number = 1; number <= 9; number++) {
    await play(`${number} listens, ${number} fails`);
    const since = clock.now();
    while (forked.length === number) await clock.advance(50);
    pauses.push(clock.now() - since);
  }

  assert.deepEqual(pauses, [100, 200, 400, 800, 1600, 3200, 5000, 5000, 5000]);
});

test('a worker that lasted for 10 s is replaced after the shortest pause, and one that ended earlier is not', async () => {
  const { play, forked } = started();
  for (let number = 1; number <= 5; number++) await play(`${number} listens, ${number} fails, +1600`);
  const counts: number[] = [];

  for (const script of ['6 listens, +9999, 6 fails, +3199', '+1', '7 listens, +10000, 7 fails, +99', '+1']) {
    await play(script);
    counts.push(forked.length);
  }

  assert.deepEqual(counts, [6, 7, 7, 8]);
});

/** A slot whose first worker starts. */
function started() {
  const world = testWorld();
  const { clock } = world;
  const { fork, forked, nth } = fakeWorkers();
  const slot = workerSlot(fork, world);
  const outcomes: string[] = [];
  const failed = ({ message }: Error) => void outcomes.push(message);
  slot.start().catch(failed);
  return { forked, clock, play, state };

  async function play(script: string): Promise<void> {
    for (const step of script.split(', ')) {
      const [first = '', does] = step.split(' ');
      const worker = nth(Number(first));
      if (first.startsWith('+')) await clock.advance(Number(first));
      if (first === 'drain') void slot.drain().then(() => outcomes.push('drained'), failed);
      if (first === 'hurry') void slot.drain('now').then(() => outcomes.push('drained'), failed);
      if (does === 'listens') worker.listen();
      if (does === 'fails') worker.end({ code: 1 });
      if (does === 'exits') worker.end({ code: 0 });
      if (does === 'dies') worker.end({ signal: 'SIGKILL' });
      if (does === 'hangs') worker.isStuck = true;
      await settled();
    }
  }

  function state(): string {
    const seen = [...world.events.map(inWords), ...outcomes].join(', ');
    const rest = clock.timers() === 0 ? ', no timer' : '';
    return `${seen}; ${slot.serving()?.pid ?? 'none'} of ${forked.length}${rest}`;
  }
}

function inWords(event: Event): string {
  if (event.type !== 'worker-ended') return 'pid' in event ? `${event.pid} serves` : event.type;
  const how = event.wasStuck ? 'stuck' : (event.signal ?? `code ${event.code}`);
  return `${event.pid} ${how}${event.wasAsked ? ' as asked' : ''}`;
}
