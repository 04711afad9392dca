import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LeaveController, type LeaveSignal } from '../../../src/core/leave-signal.ts';

const REASON = new Error('gone');

/** What a platform signal does, ours does. */
const KINDS: Record<string, () => { signal: LeaveSignal; abort: () => void }> = {
  'an AbortController': () => {
    const controller = new AbortController();
    return { signal: controller.signal, abort: () => controller.abort(REASON) };
  },
  'a LeaveController': () => {
    const controller = new LeaveController();
    return { signal: controller.signal, abort: () => controller.abort(REASON) };
  },
};

for (const [what, make] of Object.entries(KINDS)) {
  test(`${what} tells each listener once, but not who stopped listening or begins too late`, () => {
    const { signal, abort } = make();
    const told: string[] = [];
    const listeners = ['first', 'stopped', 'second', 'last'].map((name) => () => told.push(name));
    for (const listener of listeners) signal.addEventListener('abort', listener);
    for (const i of [1, 3]) signal.removeEventListener('abort', listeners[i] ?? (() => {}));
    signal.addEventListener('abort', () => told.push('third'));

    abort();
    abort();
    signal.addEventListener('abort', () => told.push('late'));

    assert.deepEqual(told, ['first', 'second', 'third']);
    assert.deepEqual([signal.aborted, signal.reason], [true, REASON]);
  });

  test(`${what} throws its reason, and nothing while somebody waits`, () => {
    const { signal, abort } = make();

    assert.doesNotThrow(() => signal.throwIfAborted());
    abort();

    assert.throws(() => signal.throwIfAborted(), REASON);
  });
}
