import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkRates, parseFault, parseFaults, parseScript } from '../../../src/shoutcloud/fault-plan.ts';
import { faultKinds } from '../../../src/shoutcloud/faults.ts';

test('faults are read with their rates, or for every request', () => {
  assert.deepEqual(parseFaults(' status=503@30%  hang@0.5% '), [
    { fault: { kind: 'status', status: 503, retryAfter: undefined }, rate: 0.3 },
    { fault: { kind: 'hang' }, rate: 0.005 },
  ]);
  assert.deepEqual(parseFaults('lower'), [{ fault: { kind: 'lower' }, rate: 1 }]);
  assert.deepEqual(parseFaults(''), []);
});

test('a script is read step by step', () => {
  assert.deepEqual(parseScript('ok*2 empty reset=in-body*2'), [
    undefined,
    undefined,
    { kind: 'empty' },
    { kind: 'reset', at: 'in-body' },
    { kind: 'reset', at: 'in-body' },
  ]);
});

test('values, parameters and what is left out are read', () => {
  const read = {
    'status=429,retry-after=date+2': { kind: 'status', status: 429, retryAfter: 'date+2' },
    'redirect=301': { kind: 'redirect', status: 301, to: '/V1/SHOUT' },
    'redirect=308,to=http://x/?a=b': { kind: 'redirect', status: 308, to: 'http://x/?a=b' },
    reset: { kind: 'reset', at: 'before' },
    'close-after': { kind: 'close-after', ms: 0 },
    'close-after=7': { kind: 'close-after', ms: 7 },
    'huge=50': { kind: 'huge', mebibytes: 50 },
  };

  for (const [text, fault] of Object.entries(read)) assert.deepEqual(parseFault(text), fault);
});

test('every kind can be written as its usage says', () => {
  for (const { usage } of faultKinds) {
    const written = usage
      .replace(/\[.*\]/, '')
      .replace('CODE', '301')
      .replace(/MS|MIB/, '5');
    assert.equal(parseFault(written).kind, usage.match(/^[\w-]+/)?.[0]);
  }
});

const unreadable = {
  'hangs@5%': 'fault "hangs": there is no fault of this name',
  constructor: 'fault "constructor": there is no fault of this name',
  ok: 'fault "ok": there is no fault of this name',
  status: 'fault "status": status needs a value, a whole number from 200 to 599',
  'status=99': 'fault "status=99": "99" is not a whole number from 200 to 599',
  'status=5e2': 'fault "status=5e2": "5e2" is not a whole number from 200 to 599',
  'slow=-1': 'fault "slow=-1": "-1" is not a whole number from 0 to 3600000',
  'slow=': 'fault "slow=": "" is not a whole number from 0 to 3600000',
  'hang=5': 'fault "hang=5": hang takes no value',
  'html=1': 'fault "html=1": html takes no value',
  'status=503,after=2': 'fault "status=503,after=2": status takes no "after"',
  'status=503,retry-after': 'fault "status=503,retry-after": "retry-after" needs a value',
  'status=503,=2': 'fault "status=503,=2": "=2" has no name',
  'reset=here': 'fault "reset=here": "here" is none of before, in-headers, after-headers, in-body',
  'hang@30': 'fault "hang@30": "30" is not a rate such as 30%',
  'hang@0%': 'fault "hang@0%": "0%" is not a rate such as 30%',
  'hang@101%': 'fault "hang@101%": "101%" is not a rate such as 30%',
};
for (const [text, message] of Object.entries(unreadable)) {
  test(`"${text}" is refused with a sentence`, () => {
    assert.throws(() => parseFaults(text), { message });
  });
}

test('a script refuses rates and impossible repetitions', () => {
  assert.throws(() => parseScript('hang@5%'), { message: 'fault "hang@5%": there is no fault of this name' });
  assert.throws(() => parseScript('ok*0'), {
    message: 'fault "ok*0": "0" is not a number of times from 1 to 1000000',
  });
});

test('rates that add up to more than the whole are refused', () => {
  const check = (text: string) => checkRates(parseFaults(text));

  assert.doesNotThrow(() => check('hang@33.3% empty@33.3% html@33.4%'));
  assert.throws(() => check('hang@60% empty@60%'), {
    message: 'the rates of the faults add up to 120 %, more than 100 %',
  });
  assert.throws(() => check('hang empty'), {
    message: 'the rates of the faults add up to 200 %, more than 100 %',
  });
});
