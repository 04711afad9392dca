import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import { forkedWorker, primaryLink, type ToPrimary } from '../../../src/workers/worker-link.ts';
import { settled } from '../../support/fake-clock.ts';

/** A process that a primary has started, and the messages that it has sent. */
function forkedProcess(fields: { connected?: boolean } = {}) {
  const sent: ToPrimary[] = [];
  const send = (message: ToPrimary) => void sent.push(message);
  const process = Object.assign(new EventEmitter(), { pid: 7, send, ...fields });
  return { process, sent };
}

test('a process that was not forked has no primary', () => {
  const byHand = Object.assign(new EventEmitter(), { pid: 7 });

  for (const process of [undefined, byHand]) {
    assert.throws(() => primaryLink(process), /started by `tuohs serve`/);
  }
});

test('a question of the primary is answered under its number, even if there is no answer', async () => {
  const { process, sent } = forkedProcess();
  primaryLink(process).listening(async (question) => {
    if (question === 'metrics') throw new Error('a bug');
    return `the ${question}`;
  });

  process.emit('message', { type: 'ask', id: 3, question: 'status' });
  process.emit('message', { type: 'ask', id: 4, question: 'metrics' });
  await settled();

  assert.deepEqual(sent, [
    { type: 'listening' },
    { type: 'answer', id: 3, answer: 'the status' },
    { type: 'answer', id: 4, answer: undefined },
  ]);
});

test('a request to drain and the loss of the primary are different events', async () => {
  const { process } = forkedProcess();
  const { drain, gone } = primaryLink(process);
  const seen: string[] = [];
  void drain.then(() => seen.push('drain'));
  void gone.then(() => seen.push('gone'));

  process.emit('message', { type: 'drain' });
  await settled();
  process.emit('disconnect');
  await settled();

  assert.deepEqual(seen, ['drain', 'gone']);
});

test('a primary that was gone before the link was made is gone', async () => {
  const { process } = forkedProcess({ connected: false });

  await primaryLink(process).gone;
});

test('a worker whose process cannot be started has ended, whether Node emits the error or throws it', async (t) => {
  const thrown = forkedWorker({ args: ['\0'], environment: {} });
  t.mock.property(process, 'execPath', '/no/such/program');
  const emitted = forkedWorker({ args: [], environment: {} });

  for (const order of ['drain', 'hurry', 'kill'] as const) thrown[order]();
  const ends = [await thrown.ended, await emitted.ended];

  const reasons = ['ERR_INVALID_ARG_VALUE', 'ENOENT'];
  assert.deepEqual(
    ends,
    reasons.map((reason) => ({ code: null, signal: null, reason })),
  );
});

test('the answer of a worker can be a number that JSON does not have', async (t) => {
  const program = `process.on('message', ({ id }) => process.send({ type: 'answer', id, answer: NaN }))`;
  t.mock.property(process, 'execArgv', ['-e', program]);
  const worker = forkedWorker({ args: [], environment: {} });
  t.after(worker.kill);

  assert.equal(await worker.ask('metrics'), Number.NaN);
});
