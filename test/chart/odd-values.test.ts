import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parse } from 'yaml';
import { schemaErrors } from './manifest-types.ts';
import { oddReleases, oddValues, refusedValues } from './odd-values.ts';
import { chart, type Manifest, type Rendering, refusal, rendered, type Values } from './rendering.ts';

const defaults: Values = parse(readFileSync(`${chart}/values.yaml`, 'utf8'));
const SENTENCE = /execution error at .*: \S+ |values don't meet the specifications of the schema/;

for (const [what, values] of Object.entries(oddValues)) {
  test(`${what}: refused in a sentence or valid, by both versions of Helm`, async () => {
    const said = refusal(values);

    assert.equal(refusal(values, { helm: 'helm3' }) === '', said === '', said);
    if (said !== '') assert.match(said, SENTENCE);
    else await assertValid(values, {});
  });
}

for (const [what, values] of Object.entries(refusedValues)) {
  test(`${what}: refused in a sentence by both versions of Helm`, () => {
    assert.match(refusal(values), SENTENCE);
    assert.match(refusal(values, { helm: 'helm3' }), SENTENCE);
  });
}

for (const path of pathsOf(defaults)) {
  test(`without a value for ${path.join('.')}: refused in a sentence or valid`, async () => {
    const values = path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), null) as Values;
    const said = refusal(values);

    if (said === '') await assertValid(values, {});
    else assert.match(said, /missing property '\w+'|execution error at/);
  });
}

for (const release of oddReleases) {
  test(`a release can be called ${release}`, () => assertValid({ valkey: { enabled: true } }, { release }));
}

/** Each section, and what stands beside the sections at the top. */
function pathsOf(values: Values, path: readonly string[] = []): string[][] {
  return Object.entries(values).flatMap(([key, value]) => {
    const isSection = typeof value === 'object' && value !== null && !Array.isArray(value);
    if (!isSection) return path.length === 0 ? [[key]] : [];
    return [[...path, key], ...pathsOf(value as Values, [...path, key])];
  });
}

async function assertValid(values: Values, rendering: Rendering): Promise<void> {
  const manifests = rendered(values, rendering);

  assert.deepEqual(
    manifests.flatMap(namesOf).filter((name) => !isName(name)),
    [],
  );
  assert.deepEqual((await Promise.all(manifests.map(schemaErrors))).filter(Boolean), []);
}

/** The name and the labels as they are after parsing: a name that YAML takes for a number is no string any more. */
function namesOf({ kind, metadata }: Manifest): unknown[] {
  const { labels = {} } = metadata as { labels?: Record<string, unknown> };
  // Other names may begin with a digit; that of a Service may not.
  const own = kind === 'Service' ? metadata.name : `a${metadata.name}`;
  return [own, ...Object.values(labels).map((value) => (typeof value === 'string' ? 'a' : value))];
}

function isName(name: unknown): boolean {
  return typeof name === 'string' && /^[a-z]([-a-z0-9.]*[a-z0-9])?$/.test(name) && name.length <= 64;
}
