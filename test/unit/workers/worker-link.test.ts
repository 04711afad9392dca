import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { type TestContext, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import {
  forkedWorker,
  primaryLink,
  type ToPrimary,
  type Worker,
  type WorkerEnd,
} from '../../../src/workers/worker-link.ts';
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
  const worker = startedWorker(t);

  assert.equal(await worker.ask('metrics'), Number.NaN);
});

for (const [what, act, how] of [
  ['is killed', ({ kill }) => kill(), { code: null, signal: 'SIGKILL' }],
  [
    'has to hurry, even twice, loses its primary and',
    ({ hurry }) => [hurry(), hurry()],
    { code: 7, signal: null },
  ],
] satisfies [string, (worker: Worker) => unknown, WorkerEnd][]) {
  test(`a worker that ${what} ends, and a question that it had not answered gets no answer`, async (t) => {
    const worker = startedWorker(t);
    const status = await worker.ask('status');
    const pulse = worker.ask('pulse');

    act(worker);

    assert.deepEqual([status, await pulse, await worker.ended], [{ name: 'A' }, undefined, how]);
  });
}

test('what a worker has answered is not kept', async (t) => {
  const answer = new WeakRef((await startedWorker(t).ask('status')) as object);
  setFlagsFromString('--expose-gc');
  await turn();

  runInNewContext('gc')();

  assert.equal(answer.deref(), undefined);
});

/** A worker that answers questions, but does not show a pulse. Without its primary, it ends with 7. */
function startedWorker(t: TestContext): Worker {
  const program = `
    const answers = { metrics: NaN, status: { name: process.env.NAME } };
    process.on('disconnect', () => process.exit(7));
    process.on('message', ({ id, question }) => {
      if (question in answers) process.send({ type: 'answer', id, answer: answers[question] });
    });`;
  t.mock.property(process, 'execArgv', ['-e', program]);
  const worker = forkedWorker({ args: [], environment: { NAME: 'A' } });
  t.after(worker.kill);
  return worker;
}
