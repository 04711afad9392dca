import assert from 'node:assert/strict';
import { test } from 'node:test';
import { duration } from '../../../src/cli/arguments.ts';

const read = duration(10, 3_600_000);

for (const [text, ms] of Object.entries({ '500ms': 500, '30s': 30_000, '1.5m': 90_000, '1h': 3_600_000 })) {
  test(`${text} is ${ms} milliseconds`, () => {
    assert.equal(read(text), ms);
  });
}

for (const text of ['', '30', 's', '-1s', '1 s', '1S', '1e3s', '.5s', '9ms', '61m', '30s ', 'NaNs']) {
  test(`${JSON.stringify(text)} is no duration here, and the message says what is`, () => {
    assert.throws(() => read(text), {
      message: 'It must be a number with a unit (ms, s, m or h), from 10ms to 1h.',
    });
  });
}
