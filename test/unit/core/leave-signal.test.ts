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
  test(`${what} tells each listener once`, () => {
    const { signal, abort } = make();
    const told: string[] = [];
    signal.addEventListener('abort', () => told.push('first'));
    signal.addEventListener('abort', () => told.push('second'));

    abort();
    abort();

    assert.deepEqual(told, ['first', 'second']);
    assert.equal(signal.aborted, true);
    assert.equal(signal.reason, REASON);
  });

  test(`${what} does not tell who stopped listening`, () => {
    const { signal, abort } = make();
    const told: string[] = [];
    const listener = () => told.push('told');
    signal.addEventListener('abort', listener);
    signal.removeEventListener('abort', listener);

    abort();

    assert.deepEqual(told, []);
  });

  test(`${what} does not tell who begins to listen too late`, () => {
    const { signal, abort } = make();
    const told: string[] = [];
    abort();

    signal.addEventListener('abort', () => told.push('told'));

    assert.deepEqual(told, []);
    assert.throws(() => signal.throwIfAborted(), REASON);
  });

  test(`${what} throws nothing while somebody waits`, () => {
    const { signal } = make();

    assert.doesNotThrow(() => signal.throwIfAborted());
  });
}
