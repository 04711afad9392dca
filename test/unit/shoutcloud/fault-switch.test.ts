import assert from 'node:assert/strict';
import { test } from 'node:test';
import { faultSwitch } from '../../../src/shoutcloud/fault-switch.ts';
import { pick } from '../../support/pick.ts';
import { running, statusOf } from './running.ts';

test('it answers well until someone switches, and lists what else there is', () => {
  const { fault, faults } = faultSwitch({ setFaults() {} }).state();

  assert.equal(fault, 'answers well');
  assert.deepEqual(pick(faults, 'name'), ['answers well', 'slow', 'fails 30 %', 'lies', 'gone']);
});

test('each fault is one that the server can play', async (t) => {
  const control = faultSwitch(await running(t));

  for (const { name } of control.state().faults) {
    assert.equal(control.set(name), true);
    assert.equal(control.state().fault, name);
  }
});

for (const name of ['', 'GONE', '__proto__', 'toString']) {
  test(`there is no fault "${name}", and nothing changes`, async (t) => {
    const server = await running(t, { faults: 'status=503' });
    const control = faultSwitch(server);

    assert.equal(control.set(name), false);
    assert.deepEqual([control.state().fault, await statusOf(server)], ['answers well', 503]);
  });
}

test('of any three answers in a row one is a lie', async (t) => {
  const told: string[] = [];
  const server = await running(t, { onShout: ({ fault }) => told.push(fault?.text ?? 'ok') });
  faultSwitch(server).set('lies');

  for (let i = 0; i < 6; i++) await statusOf(server);

  assert.deepEqual(told, ['wrong', 'ok', 'ok', 'crossed', 'ok', 'ok']);
});
