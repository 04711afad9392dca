import assert from 'node:assert/strict';
import { test } from 'node:test';
import { faultPlan, parseFault, seededRandom } from '../../../src/shoutcloud/fault-plan.ts';
import { faultSwitch } from '../../../src/shoutcloud/fault-switch.ts';
import { faultKinds } from '../../../src/shoutcloud/faults.ts';
import { pick } from '../../support/pick.ts';
import { running, statusOf } from './running.ts';

function drawn(seed: number, count: number, faults: string, script = ''): string[] {
  const choose = faultPlan(faults, script, seededRandom(seed));
  return Array.from({ length: count }, () => choose()?.text ?? 'ok');
}

test('the same seed draws the same faults, another one does not', () => {
  const faults = 'hang@30% empty@30%';

  assert.deepEqual(drawn(7, 100, faults), drawn(7, 100, faults));
  assert.notDeepEqual(drawn(7, 100, faults), drawn(8, 100, faults));
});

test('the faults come as often as their rates say', () => {
  const kinds = drawn(1, 10_000, ' hang@30%  empty@4.5% ');

  const share = (kind: string) => kinds.filter((each) => each === kind).length / kinds.length;
  assert.ok(Math.abs(share('hang') - 0.3) < 0.02);
  assert.ok(Math.abs(share('empty') - 0.045) < 0.01);
  assert.ok(Math.abs(share('ok') - 0.655) < 0.02);
});

test('the script comes first, in order; then a fault without a rate comes every time', () => {
  const kinds = drawn(1, 6, 'hang', 'ok*2 empty reset=in-body');

  assert.deepEqual(kinds, ['ok', 'ok', 'empty', 'reset=in-body', 'hang', 'hang']);
});

test('every kind can be written as its usage says, in full and without the part in brackets', () => {
  const values = { CODE: '301', MS: '5', MIB: '5', WHEN: 'date+2', URL: 'http://x/?a=b', POINT: 'before' };
  for (const { usage } of faultKinds) {
    const written = usage.replace(/[A-Z]+/g, (word) => Reflect.get(values, word));
    const all = [written.replace(/[[\]]/g, ''), written.replace(/\[.*\]/, '')];

    assert.deepEqual(pick(all.map(parseFault), 'text'), all);
  }
});

const UNKNOWN = 'there is no fault of this name';
const STATUS = 'write it as status=CODE[,retry-after=WHEN] (another status, 200 to 599; WHEN is ';
const HANG = 'write it as hang (no answer ever, the connection stays open)';
const SLOW = 'write it as slow=MS (a good answer, MS milliseconds later)';
for (const [text, problem] of [
  ['hangs', UNKNOWN],
  ['constructor', UNKNOWN],
  ['ok', UNKNOWN],
  ['status', STATUS],
  ['status=99', STATUS],
  ['status=503,after=2', STATUS],
  ['slow=-1', SLOW],
  ['slow=', SLOW],
  ['reset=here', 'write it as reset[=POINT] (a reset at POINT of a good answer: before, in-'],
  ['hang=5', HANG],
  ['hang,5', HANG],
  ...['30', '1.2.3%', '0%', '101%'].map(
    (rate) => [`hang@${rate}`, `"${rate}" is not a rate such as 30%`] as const,
  ),
  ['redirect=200', '"200" is not a whole number from 300 to 399'],
  ['slow=3600001', '"3600001" is not a whole number from 0 to 3600000'],
  ['close-after=3600001', '"3600001" is not a whole number from 0 to 3600000'],
  ['drip=0', '"0" is not a whole number from 1 to 3600000'],
  ['huge=0', '"0" is not a whole number from 1 to 10000'],
] as const) {
  test(`"${text}" is refused with a sentence`, () => {
    const isSaid = ({ message }: Error) => message.startsWith(`fault "${text}": ${problem}`);

    assert.throws(() => drawn(1, 0, text), isSaid);
  });
}

test('a script refuses rates and impossible repetitions', () => {
  assert.throws(() => drawn(1, 0, '', 'hang@5%'), { message: `fault "hang@5%": ${UNKNOWN}` });
  for (const times of ['0', '1000001', 'x'])
    assert.throws(() => drawn(1, 0, '', `ok*${times}`), {
      message: `fault "ok*${times}": "${times}" is not a number of times from 1 to 1000000`,
    });
});

test('rates that add up to more than the whole are refused', () => {
  assert.doesNotThrow(() => drawn(1, 0, 'hang@33.3% empty@33.3% html@33.4%'));
  for (const [faults, sum] of [
    ['hang@60% empty@60%', 120],
    ['hang empty', 200],
  ]) {
    const message = `the rates of the faults add up to ${sum} %, more than 100 %`;
    assert.throws(() => drawn(1, 0, `${faults}`), { message });
  }
});

test('a seed is drawn if none is given', async (t) => {
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

  assert.deepEqual([await statusOf(server), server.calls], [503, 2]);
});

test('the server answers well until someone switches, and the switch lists all faults', () => {
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

for (const [name, script] of [
  ['fails 30 %', 'status=503 ok ok status=503 ok ok status=503 ok ok ok status=503'],
  ['lies', 'wrong ok ok crossed ok ok wrong'],
] as const) {
  test(`"${name}" starts with a fault, whatever was asked before, and repeats`, async (t) => {
    const seen: string[] = [];
    const server = await running(t, { onShout: ({ fault }) => seen.push(fault?.text ?? 'ok') });
    await statusOf(server);

    faultSwitch(server).set(name);
    for (const _ of script.split(' ')) await statusOf(server);

    assert.equal(seen.slice(1).join(' '), script);
  });
}
