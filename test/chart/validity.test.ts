import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { test } from 'node:test';
import { goodValues } from './good-values.ts';
import { schemaErrors, typeErrors } from './manifest-types.ts';
import { chart, type Manifest, rendered, templatesUsed } from './rendering.ts';

const renderings = Object.entries(goodValues).map(([what, values]) => ({
  what,
  manifests: rendered(values),
}));
const everything = renderings.flatMap(({ manifests }) => manifests);

for (const { what, manifests } of renderings) {
  test(`with ${what} each manifest passes the schema of its kind`, async () => {
    const errors = await Promise.all(manifests.map(schemaErrors));

    assert.deepEqual(
      errors.filter((error) => error !== ''),
      [],
    );
  });
}

test('no manifest has a field that its kind does not know', () => {
  assert.equal(typeErrors(everything), '');
});

test('a wrong value and an unknown field are noticed', async () => {
  const wrong = { ...service(), spec: { ports: [{ port: 'eighty' }] } };
  const unknown = { ...service(), spec: { portz: [] } };

  assert.match(await schemaErrors(wrong), /port/);
  assert.match(typeErrors([unknown]), /portz/);
});

test('the good values render each template', () => {
  const used = new Set(Object.values(goodValues).flatMap(templatesUsed));
  const templates = globSync('templates/**/*.yaml', { cwd: chart });

  assert.deepEqual([...used].sort(), templates.sort());
});

function service(): Manifest {
  return { apiVersion: 'v1', kind: 'Service', metadata: { name: 'wrong' } };
}
