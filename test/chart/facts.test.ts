import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kindsOf, only, rendered, rowsOf, type Values } from './rendering.ts';

/** `has` names objects by kind and name, and gives the expected value at each path. `null` means that there is no value. */
interface Facts {
  readonly values?: Values;
  readonly has?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly hasNo?: readonly string[];
}

const PLACES = { pod: 'spec.template.spec', container: 'spec.template.spec.containers.0' };

for (const [what, { values, has = {}, hasNo = [] }] of Object.entries(rowsOf<Facts>('facts.yaml'))) {
  test(what, () => {
    const manifests = rendered(values);

    for (const [object, facts] of Object.entries(has)) {
      const [kind = '', name] = object.split(' ');
      const manifest = only(manifests, kind, name);
      for (const [path, value] of Object.entries(facts)) assert.deepEqual(at(manifest, path), value, path);
    }
    for (const kind of hasNo) assert.ok(!kindsOf(manifests).includes(kind), kind);
  });
}

/** The value at a path such as `a.0.b`. A path can name an entry of a list by its number or its name. */
function at(manifest: unknown, path: string): unknown {
  const whole = path.replace(/^(pod|container)(?=\.)/, (place) => PLACES[place as keyof typeof PLACES]);
  const steps = whole.split('.');
  return steps.reduce((value, step) => field(value, step), manifest) ?? null;
}

function field(value: unknown, step: string): unknown {
  const named = Array.isArray(value) && value.find((entry) => entry.name === step);
  return named || Object(value)[step];
}
