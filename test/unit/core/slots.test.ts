import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Slots } from '../../../src/core/slots.ts';

test('a value is found under its number until it is removed', () => {
  const slots = new Slots<string>();
  const first = slots.add('first');
  const second = slots.add('second');

  slots.remove(first);

  assert.equal(slots.get(first), undefined);
  assert.equal(slots.get(second), 'second');
  assert.deepEqual([...slots.values()], ['second']);
  assert.equal(slots.size, 1);
});

test('the number of a removed value is used again', () => {
  const slots = new Slots<string>();
  const first = slots.add('first');
  slots.remove(first);

  assert.equal(slots.add('second'), first);
});

test('removing twice, or what never was there, changes nothing', () => {
  const slots = new Slots<string>();
  const first = slots.add('first');
  slots.remove(first);

  slots.remove(first);
  slots.remove(-1);

  assert.equal(slots.size, 0);
  assert.equal(slots.add('second'), first);
  assert.notEqual(slots.add('third'), first);
});
