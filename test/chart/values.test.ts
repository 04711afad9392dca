import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { INetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy';
import { parse } from 'yaml';
import { schemaErrors, typeErrors } from './manifest-types.ts';
import {
  chart,
  type Manifest,
  oddReleases,
  type Rendering,
  refusal,
  rendered,
  rowsOf,
  templatesUsed,
  type Values,
} from './rendering.ts';

/** A message of the chart itself, which both versions of Helm print in the same way, or a message of the schema. */
const OWN = /execution error at .*: \S+ /;
const SCHEMA = /values don't meet the specifications of the schema/;

const goodValues = rowsOf('good.yaml');
const defaults: Values = parse(readFileSync(`${chart}/values.yaml`, 'utf8'));
const everything = Object.values(goodValues).flatMap((values) => rendered(values));

for (const [what, values] of Object.entries(goodValues)) {
  test(`with ${what} each manifest passes the schema of its kind`, () => assertValid(values));
}

for (const [what, values] of Object.entries(rowsOf('odd.yaml'))) {
  test(`${what}: refused in a sentence or valid, by both versions of Helm`, async () => {
    if (refusal(values) !== '') return assertRefused(values);
    await assertValid(values);
    assert.equal(refusal(values, { helm: 'helm3' }), '');
  });
}

const badValues = rowsOf<{ values: Values; says?: string }>('bad.yaml');
for (const [what, { values, says }] of Object.entries(badValues)) {
  test(`${what} is refused in a sentence by both versions of Helm`, () => {
    assertRefused(values);
    assert.match(refusal(values), new RegExp(says ?? ''));
  });
}

for (const path of pathsOf(defaults)) {
  test(`without a value for ${path.join('.')}: refused in a sentence or valid`, async () => {
    const values = path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), null) as Values;
    const said = refusal(values);

    if (said === '') await assertValid(values);
    else assert.match(said, /missing property '\w+'|execution error at/);
  });
}

for (const release of oddReleases) {
  test(`a release can be called ${release}`, () => assertValid({ valkey: { enabled: true } }, { release }));
}

test('no manifest has a field that its kind does not know', () => {
  assert.equal(typeErrors(everything), '');
});

test('no rule of egress is open to every address, the metadata service of a cloud included', () => {
  const policies = everything.filter(({ kind }) => kind === 'NetworkPolicy') as INetworkPolicy[];
  const rules = policies.flatMap(({ spec }) => spec?.egress ?? []);

  assert.ok(rules.length > 0);
  for (const { to = [], ports } of rules) assert.notEqual(to.length, 0, JSON.stringify(ports));
});

test('a wrong value and an unknown field are noticed', async () => {
  const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'wrong' } };
  const wrong = { ...service, spec: { ports: [{ port: 'eighty' }] } };
  const unknown = { ...service, spec: { portz: [] } };

  assert.match(await schemaErrors(wrong), /port/);
  assert.match(typeErrors([unknown]), /portz/);
});

test('the good values render each template', () => {
  const used = new Set(Object.values(goodValues).flatMap(templatesUsed));
  const templates = globSync('templates/**/*.yaml', { cwd: chart });

  assert.deepEqual([...used].sort(), templates.sort());
});

/** Each section, and each value outside the sections. */
function pathsOf(values: Values, path: readonly string[] = []): string[][] {
  return Object.entries(values).flatMap(([key, value]) => {
    const isSection = typeof value === 'object' && value !== null && !Array.isArray(value);
    if (!isSection) return path.length === 0 ? [[key]] : [];
    return [[...path, key], ...pathsOf(value as Values, [...path, key])];
  });
}

function assertRefused(values: Values): void {
  const said = refusal(values);

  if (!OWN.test(said))
    for (const each of [said, refusal(values, { helm: 'helm3' })]) assert.match(each, SCHEMA);
}

async function assertValid(values: Values, rendering: Rendering = {}): Promise<void> {
  const manifests = rendered(values, rendering);

  for (const name of manifests.flatMap(namesOf)) assert.ok(isName(name), String(name));
  assert.deepEqual((await Promise.all(manifests.map(schemaErrors))).filter(Boolean), []);
}

/** The name and the labels after parsing. YAML turns a name that looks like a number into a number. */
function namesOf({ kind, metadata }: Manifest): unknown[] {
  const { labels = {} } = metadata as { labels?: Record<string, unknown> };
  // Only the name of a Service cannot begin with a digit.
  const own = kind === 'Service' ? metadata.name : `a${metadata.name}`;
  return [own, ...Object.values(labels).map((value) => (typeof value === 'string' ? 'a' : value))];
}

function isName(name: unknown): boolean {
  return typeof name === 'string' && /^[a-z]([-a-z0-9.]*[a-z0-9])?$/.test(name) && name.length <= 64;
}
