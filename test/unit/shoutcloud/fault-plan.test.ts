import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Faults, Script } from '../../../src/shoutcloud/fault-plan.ts';
import { faultPlan, seededRandom } from '../../../src/shoutcloud/fault-plan.ts';
import { running, statusOf } from './running.ts';

function drawn(seed: number, count: number, faults: Faults, script: Script = ''): string[] {
  const choose = faultPlan(faults, script, seededRandom(seed));
  return Array.from({ length: count }, (_, index) => choose(index, 'abc')?.kind ?? 'ok');
}

test('the same seed draws the same faults, another one does not', () => {
  const faults = 'hang@30% empty@30%';

  assert.deepEqual(drawn(7, 100, faults), drawn(7, 100, faults));
  assert.notDeepEqual(drawn(7, 100, faults), drawn(8, 100, faults));
});

test('the faults come as often as their rates say', () => {
  const kinds = drawn(1, 10_000, 'hang@30% empty@5%');

  const share = (kind: string) => kinds.filter((each) => each === kind).length / kinds.length;
  assert.ok(Math.abs(share('hang') - 0.3) < 0.02);
  assert.ok(Math.abs(share('empty') - 0.05) < 0.01);
  assert.ok(Math.abs(share('ok') - 0.65) < 0.02);
});

test('the script comes first, in order, then the faults: one without a rate always; values do as well as text', () => {
  assert.deepEqual(drawn(1, 5, 'hang', 'ok*2 empty'), ['ok', 'ok', 'empty', 'hang', 'hang']);

  const faults = [{ fault: { kind: 'hang' }, rate: 1 }] as const;
  assert.deepEqual(drawn(1, 3, faults, [undefined, { kind: 'empty' }]), ['ok', 'empty', 'hang']);
});

test('faults given as values are checked too', () => {
  const faults = [{ fault: { kind: 'hang' }, rate: 30 }] as const;

  assert.throws(() => faultPlan(faults, '', Math.random), {
    message: 'the rate of a fault must be more than 0 % and at most 100 %',
  });
});

test('a function decides by index and input', async (t) => {
  const server = await running(t, {
    faults: (index, input) => (index === 1 || input === 'bad' ? { kind: 'status', status: 503 } : undefined),
  });

  const statuses: number[] = [];
  for (const input of ['', '', 'bad', '']) statuses.push(await statusOf(server, input));

  assert.deepEqual(statuses, [200, 503, 503, 200]);
});

test('a function that throws is answered with its message', async (t) => {
  const server = await running(t, {
    faults: () => {
      throw new Error('no plan');
    },
  });

  assert.equal(await statusOf(server), 500);
});

test('a seed that nobody gave is told', async (t) => {
  const server = await running(t);

  assert.ok(Number.isInteger(server.seed) && server.seed >= 0);
});

test('faults change while it runs, and the old script is gone', async (t) => {
  const server = await running(t, { script: 'status=500*9' });

  const before = await statusOf(server);
  server.setFaults('status=503', 'status=502');
  const after = [await statusOf(server), await statusOf(server)];
  server.setFaults('');

  assert.deepEqual([before, ...after, await statusOf(server)], [500, 502, 503, 200]);
});

test('faults that cannot be read reject the start, and leave a running server as it is', async (t) => {
  const server = await running(t);

  await assert.rejects(running(t, { faults: 'nonsense' }), { message: /"nonsense"/ });
  assert.throws(() => server.setFaults('nonsense'), { message: /"nonsense"/ });
  assert.equal(await statusOf(server), 200);
});

test('requests that are refused use up no step of the script', async (t) => {
  const server = await running(t, { script: 'status=503' });

  await fetch(server.url);

  assert.equal(await statusOf(server), 503);
});
