import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { caughtAfter, TEETH } from './teeth.ts';

const page = readFileSync(new URL('../../docs/simulation.md', import.meta.url), 'utf8');
const rows = page.matchAll(/^\| (.+?) \| (\d+) \| (.+?) \|$/gm);
const documented = new Map(
  Array.from(rows, ([, name = '', seeds, invariant]) => [name, { seeds: Number(seeds), invariant }]),
);

for (const [protection, variant] of Object.entries(TEETH)) {
  test(`without this the simulation fails as docs/simulation.md says: ${protection}`, async () => {
    const caught = await caughtAfter(variant, { from: 1, most: 50 });

    assert.ok(caught, 'it is not caught by 50 seeds');
    assert.deepEqual(
      caught,
      documented.get(protection),
      'put what `make simulate TEETH=1` prints into the table',
    );
  });
}

test('the table of docs/simulation.md has no other rows', () => {
  assert.deepEqual([...documented.keys()].sort(), Object.keys(TEETH).sort());
});
