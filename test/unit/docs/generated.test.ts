import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { generatedFiles } from '../../../scripts/generated-files.ts';

for (const { path, content } of await generatedFiles()) {
  test(`${path} is what make docs writes`, () => {
    const committed = readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');

    assert.ok(committed === content, `${path} is not what the sources say: run make docs`);
  });
}
