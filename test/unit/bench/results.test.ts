import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cellsOf } from '../../../bench/results.ts';
import type { Figure } from '../../../bench/row.ts';

function shown(figure: Omit<Figure, 'what' | 'unit'>): string[] {
  const [cells = []] = cellsOf({
    rows: [{ name: 'row', figures: [{ what: 'speed', unit: '×', ...figure }] }],
  });
  return cells.slice(2);
}

test('a figure shows its median, its lowest and its highest', () => {
  assert.deepEqual(shown({ values: [3, 1, 2] }), ['2×', '1 to 3', '', '']);
  assert.deepEqual(shown({ values: [1, 2, 3, 10] }), ['2.5×', '1 to 10', '', '']);
});

test('the median decides whether a goal is met, not a single round', () => {
  assert.deepEqual(shown({ values: [0.5, 0.9, 0.9], goal: { atLeast: 0.85 } }).slice(2), ['≥ 0.85×', 'yes']);
  assert.deepEqual(shown({ values: [0.5, 0.8, 0.9], goal: { atLeast: 0.85 } }).slice(2), ['≥ 0.85×', 'no']);
  assert.deepEqual(shown({ values: [41, 39, 40], goal: { atMost: 40 } }).slice(2), ['≤ 40×', 'yes']);
});
