import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LeaveController, type LeaveSignal } from '../../../src/core/leave-signal.ts';

const REASON = new Error('gone');

/** Our signal behaves like the `AbortSignal` of the platform. */
for (const Controller of [AbortController, LeaveController]) {
  test(`${Controller.name} calls each listener once, but none that was removed or added too late`, () => {
    const controller: AbortController | LeaveController = new Controller();
    const { signal }: { signal: LeaveSignal } = controller;
    const heard: unknown[] = [];
    const listeners = ['first', 'stopped', 'second', 'last'].map(
      (name) => () => heard.push(signal.aborted && name),
    );
    for (const listener of [...listeners, ...listeners]) signal.addEventListener('abort', listener);
    for (const i of [1, 3]) signal.removeEventListener('abort', listeners[i] ?? (() => {}));
    signal.addEventListener('abort', () => heard.push('third'));

    controller.abort(REASON);
    controller.abort(new Error('later'));
    signal.addEventListener('abort', () => heard.push('late'));

    assert.deepEqual(heard, ['first', 'second', 'third']);
    assert.deepEqual([signal.aborted, signal.reason], [true, REASON]);
  });

  test(`${Controller.name} throws its reason after the abort, and nothing before`, () => {
    const controller: AbortController | LeaveController = new Controller();
    const { signal }: { signal: LeaveSignal } = controller;

    assert.doesNotThrow(() => signal.throwIfAborted());
    controller.abort(REASON);

    assert.throws(() => signal.throwIfAborted(), REASON);
  });
}
