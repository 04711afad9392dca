import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import type { INetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy';
import { parse } from 'yaml';
import { pick } from '../support/pick.ts';
import { schemaErrors, typeErrors } from './manifest-types.ts';
import {
  chart,
  type Manifest,
  oddReleases,
  parentChart,
  type Rendering,
  refusal,
  rendered,
  rowsOf,
  templatesUsed,
  type Values,
} from './rendering.ts';

const SCHEMA = /values don't meet the specifications of the schema/;
/** A message of the chart itself, which both versions of Helm print in the same way, or a message of the schema. */
const REFUSED = new RegExp(`execution error at .*: \\S+ |${SCHEMA.source}`);

const goodValues = rowsOf('good.yaml');
const defaults: Values = parse(readFileSync(`${chart}/values.yaml`, 'utf8'));
const everything = Object.values(goodValues).flatMap((values) => rendered(values));

for (const [what, values] of Object.entries(goodValues)) {
  test(`with ${what} each manifest passes the schema of its kind`, () => assertValid(values));
}

const oddValues = rowsOf('odd.yaml');
for (const [what, values] of Object.entries(oddValues)) {
  test(`${what}: refused in a sentence or valid`, async () => {
    const said = refusal(values);

    if (said === '') await assertValid(values);
    else assert.match(said, REFUSED);
  });
}

const badValues = rowsOf<{ values: Values; says?: string }>('bad.yaml');
for (const [what, { values, says }] of Object.entries(badValues)) {
  test(`${what} is refused in a sentence`, () => {
    assert.match(refusal(values), REFUSED);
    assert.match(refusal(values), new RegExp(says ?? ''));
  });
}

// One run of Helm 3 checks many sets of values: it renders a parent chart that has a copy of this one for each set.
test('Helm 3 renders all odd values that Helm 4 renders', async (t) => {
  const valid = Object.values(oddValues).filter((values) => refusal(values) === '');
  // In Helm 3, null removes a value of a chart, but not of a copy inside a parent chart. So values with null are rendered alone.
  const [together = [], alone = []] = [false, true].map((hasNull) =>
    valid.filter((values) => JSON.stringify(values).includes(':null') === hasNull),
  );

  assert.ok(together.length > 0 && alone.length > 0);
  assert.equal(await refusalByHelm3(t, together), '');
  for (const values of alone) assert.equal(refusal(values, { helm: 'helm3' }), '');
});

test('Helm 3 refuses by the schema all values that Helm 4 refuses by it', async (t) => {
  const all = [...Object.values(oddValues), ...pick(Object.values(badValues), 'values')];
  const refused = all.filter((values) => SCHEMA.test(refusal(values)));

  const said = await refusalByHelm3(t, refused);

  assert.match(said, SCHEMA);
  assert.deepEqual(said.match(/^copy\d+(?=:$)/gm)?.sort(), refused.map((_, i) => `copy${i}`).sort());
});

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

/** The paths of all sections, and of the values that are in no section. */
function pathsOf(values: Values, path: readonly string[] = []): string[][] {
  return Object.entries(values).flatMap(([key, value]) => {
    const isSection = typeof value === 'object' && value !== null && !Array.isArray(value);
    if (!isSection) return path.length === 0 ? [[key]] : [];
    return [[...path, key], ...pathsOf(value as Values, [...path, key])];
  });
}

/** Renders a parent chart that has a copy of our chart for each set of values. Returns Helm 3's message if it refuses a set. */
async function refusalByHelm3(t: TestContext, sets: readonly Values[]): Promise<string> {
  const copies = Object.fromEntries(sets.map((values, i) => [`copy${i}`, values]));
  const path = await parentChart(
    t,
    Object.keys(copies).map((alias) => ({ alias })),
  );
  return refusal(copies, { helm: 'helm3', path });
}

async function assertValid(values: Values, rendering: Rendering = {}): Promise<void> {
  const manifests = rendered(values, rendering);

  for (const name of manifests.flatMap(namesOf)) assert.ok(isName(name), String(name));
  assert.deepEqual((await Promise.all(manifests.map(schemaErrors))).filter(Boolean), []);
}

/** The name and the labels after parsing. YAML turns a name that looks like a number into a number. */
function namesOf({ kind, metadata }: Manifest): unknown[] {
  const { labels = {} } = metadata as { labels?: Record<string, unknown> };
  // Other names can begin with a digit, so they get a letter in front. The name of a Service must begin with a letter.
  const own = kind === 'Service' ? metadata.name : `a${metadata.name}`;
  return [own, ...Object.values(labels).map((value) => (typeof value === 'string' ? 'a' : value))];
}

function isName(name: unknown): boolean {
  return typeof name === 'string' && /^[a-z]([-a-z0-9.]*[a-z0-9])?$/.test(name) && name.length <= 64;
}
