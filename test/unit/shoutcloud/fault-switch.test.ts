import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Faults } from '../../../src/shoutcloud/fault-plan.ts';
import { faultSwitch, startShoutcloud } from '../../../src/shoutcloud/server.ts';
import { pick } from '../../support/pick.ts';

test('it answers well until told otherwise, and says what else there is', () => {
  const { fault, faults } = faultSwitch({ setFaults() {} }).state();

  assert.equal(fault, 'answers well');
  assert.deepEqual(pick(faults, 'name'), ['answers well', 'slow', 'fails 30 %', 'lies', 'gone']);
});

test('each fault is one that the server can play', async (t) => {
  const shoutcloud = await startShoutcloud();
  t.after(() => shoutcloud.close());
  const control = faultSwitch(shoutcloud);

  for (const { name } of control.state().faults) {
    assert.equal(control.set(name), true);
    assert.equal(control.state().fault, name);
  }
});

for (const name of ['', 'GONE', '__proto__', 'toString']) {
  test(`there is no fault "${name}", and nothing changes`, () => {
    const played: Faults[] = [];
    const control = faultSwitch({ setFaults: (faults) => void played.push(faults) });

    assert.equal(control.set(name), false);
    assert.deepEqual([control.state().fault, played], ['answers well', []]);
  });
}

test('of any three answers in a row one is a lie', () => {
  const played: Faults[] = [];
  faultSwitch({ setFaults: (faults) => void played.push(faults) }).set('lies');
  const [chosen] = played;

  const kinds = Array.from({ length: 6 }, (_, index) =>
    typeof chosen === 'function' ? (chosen(index, 'text')?.kind ?? 'ok') : undefined,
  );

  assert.deepEqual(kinds, ['wrong', 'ok', 'ok', 'crossed', 'ok', 'ok']);
});
