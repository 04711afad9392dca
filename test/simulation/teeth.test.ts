import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { scenarioOf } from './scenario.ts';
import { simulate } from './simulation.ts';
import { TEETH } from './teeth.ts';

const MOST_SEEDS = 50;

const page = readFileSync(new URL('./README.md', import.meta.url), 'utf8');
const rows = page.matchAll(/^\| (.+?) \| (\d+) \| (.+?) \|$/gm);
const documented = new Map(
  Array.from(rows, ([, name = '', seed, invariant]) => [name, { seed: Number(seed), invariant }]),
);

for (const [protection, variant] of Object.entries(TEETH)) {
  test(`without this the seed of test/simulation/README.md breaks the rule named there: ${protection}`, async () => {
    const { seed = 0, invariant } = documented.get(protection) ?? {};

    const { violation } = await simulate(scenarioOf(seed), variant);

    assert.ok(seed >= 1 && seed <= MOST_SEEDS);
    assert.equal(violation?.invariant, invariant, 'put what `make simulate TEETH=1` prints into the table');
  });
}

test('the table of test/simulation/README.md has no other rows', () => {
  assert.deepEqual([...documented.keys()].sort(), Object.keys(TEETH).sort());
});
