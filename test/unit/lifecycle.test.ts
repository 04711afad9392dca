import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Closer, lifecycle } from '../../src/lifecycle.ts';
import { fakeClock, settled } from '../support/fake-clock.ts';

/** What a part does when it is asked to close. A part that `waits` is not closed until the script says that it `ends`. */
const MANNERS: Readonly<Record<string, (end: Promise<void>, cut: PromiseWithResolvers<void>) => Closer>> = {
  closes: () => () => {},
  fails: () => () => Promise.reject('a failure'),
  waits: (end) => () => end,
  hangs: () => () => new Promise(() => {}),
  obeys: (_, cut) => (manner) => {
    if (manner) cut.resolve();
    return cut.promise;
  },
  loses: () => (manner) => (manner ? Promise.reject('a lost answer') : new Promise(() => {})),
};

/**
 * Before the arrow are the steps of a lifecycle with a drain of 6 s and the parts redis and api. After the arrow is what happens:
 * events, parts that are asked to close, the end of `close`. `+100` lets 100 ms pass; `extra` adds a second to the time limits.
 */
const CASES = {
  'what never served has nothing to drain': 'close => draining, api, redis, closed, ended; no timer',
  'all callers of `close` wait for the same end':
    'close, close => draining, api, redis, closed, ended, ended; no timer',
  'everything is still served while it drains': 'started, close, +5999 => draining',
  'after the drain the parts close in order':
    'started, close, +6000 => draining, api, redis, closed, ended; no timer',
  'a part waits for the one before it': 'api waits, started, close, +10000 => draining, api',
  'when a part has closed, the next one is closed':
    'api waits, started, close, +10000, api ends => draining, api, redis, closed, ended; no timer',
  'a part that fails to close fails the shutdown, and the other parts are closed':
    'api fails, close => draining, api, redis, a failure; no timer',
  'the part that was added last is closed first, and parts that observe others are closed after those':
    'add admin last, add bulk, close => draining, bulk, api, redis, admin, closed, ended; no timer',
  'parts have 20 s in all': 'api obeys, started, close, +19999 => draining, api',
  'after 20 s, the parts that are still open are closed at once, all together':
    'api obeys, started, close, +20000 => draining, api, api now, redis now, closed, ended; no timer',
  'an answer that is lost after 20 s fails the end, and the rest is closed':
    'api loses, started, close, +20000 => draining, api, api now, redis now, closed, a lost answer; no timer',
  'a part that failed to close earlier than that fails the shutdown, too':
    'api fails, redis obeys, started, close, +20000 => draining, api, redis, redis now, closed, a failure; no timer',
  'a step that has ended is not closed again':
    'redis obeys, started, close, +20000 => draining, api, redis, redis now, closed, ended; no timer',
  'a step that never ends has one more second after 20 s':
    'api hangs, started, close, +20999 => draining, api, api now, redis now',
  'a step that never ends is given up after 21 s':
    'api hangs, started, close, +21000 => draining, api, api now, redis now, ended; no timer',
  'parts have the extra time, too': 'extra, api hangs, started, close, +20999 => draining, api',
  'steps that never end have the extra time, too':
    'extra, api hangs, started, close, +21000, +1999 => draining, api, api now, redis now',
  'after the extra time, such steps are given up':
    'extra, api hangs, started, close, +21000, +2000 => draining, api, api now, redis now, ended; no timer',
  'a hurry closes everything at once':
    'started, close, hurry => draining, api now, redis now, closed, stopped before everything was answered; no timer',
  'a hurry that comes when all is closed changes nothing':
    'started, close, +6000, hurry => draining, api, redis, closed, ended; no timer',
};
for (const [what, row] of Object.entries(CASES)) {
  test(what, async () => {
    const [script = '', seen] = row.split(' => ');

    assert.equal(await played(script), seen);
  });
}

test('the service is ready from its start until the drain begins, which is signalled at once', () => {
  const life = lifecycle({ drainMs: 6000 }, { clock: fakeClock(), emit: () => {} });
  const states = [life.isReady()];

  life.started();
  states.push(life.isReady());
  void life.close();
  life.started();
  states.push(life.isReady());

  assert.deepEqual([states, life.draining.aborted], [[false, true, false], true]);
});

async function played(script: string): Promise<string> {
  const clock = fakeClock();
  const seen: string[] = [];
  const extraMs = script.startsWith('extra') ? 1000 : 0;
  const life = lifecycle({ drainMs: 6000, extraMs }, { clock, emit: ({ type }) => seen.push(type) });
  const hurry = Promise.withResolvers<void>();
  const end = Promise.withResolvers<void>();
  const cut = Promise.withResolvers<void>();
  const manners = new Map<string, string>();
  const part = (name: string): Closer => {
    return (manner) => {
      seen.push(manner ? `${name} ${manner}` : name);
      return MANNERS[manners.get(name) ?? 'closes']?.(end.promise, cut)(manner);
    };
  };
  for (const name of ['redis', 'api']) life.closes(part(name));
  for (const step of script.split(', ')) {
    const [does = '', name = '', place] = step.split(' ');
    if (does.startsWith('+')) await clock.advance(Number(does));
    else if (does === 'started') life.started();
    else if (does === 'close') life.close(hurry.promise).then(() => seen.push('ended'), failed);
    else if (does === 'hurry') hurry.resolve();
    else if (does === 'add') life[place ? 'closesLast' : 'closes'](part(name));
    else if (name === 'ends') end.resolve();
    else manners.set(does, name);
    await settled();
  }
  return seen.join(', ') + (clock.timers() === 0 ? '; no timer' : '');

  function failed(reason: unknown): void {
    seen.push(reason instanceof Error ? reason.message : String(reason));
  }
}
