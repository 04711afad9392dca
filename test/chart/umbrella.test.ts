import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { IDeployment } from 'kubernetes-models/apps/v1/Deployment';
import type { IService } from 'kubernetes-models/v1/Service';
import { only, parentChart, refusal, rendered } from './rendering.ts';

for (const helm of ['helm', 'helm3'] as const) {
  test(`a parent chart leaves it out by a condition (${helm})`, async (t) => {
    const path = await parentChart(t, [{ condition: 'tuohs.enabled' }]);

    assert.deepEqual(rendered({ tuohs: { enabled: false } }, { helm, path }), []);
    assert.ok(only(rendered({ tuohs: { enabled: true } }, { helm, path }), 'Deployment'));
  });

  test(`a parent chart has it twice in one release, and each Service leads to its own pods (${helm})`, async (t) => {
    const path = await parentChart(t, [{ alias: 'one' }, { alias: 'Two_2' }]);
    const manifests = rendered({ one: { valkey: { enabled: true } } }, { helm, path });
    const labelsOf = (name: string) =>
      only<IDeployment>(manifests, 'Deployment', name).spec?.template.metadata?.labels;
    const selectorOf = (name: string) => only<IService>(manifests, 'Service', name).spec?.selector;

    const named = manifests.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
    assert.equal(new Set(named).size, named.length);
    assert.deepEqual(selectorOf('tuohs-one'), labelsOf('tuohs-one'));
    assert.deepEqual(selectorOf('tuohs-two-2'), labelsOf('tuohs-two-2'));
    assert.notDeepEqual(selectorOf('tuohs-one'), labelsOf('tuohs-two-2'));
  });
}

for (const alias of ['a'.repeat(25), 'edge_']) {
  test(`the alias ${alias} is refused in a sentence`, async (t) => {
    const path = await parentChart(t, [{ alias }]);

    assert.match(refusal({}, { path }), /The alias \S+ must begin and end with a letter or digit, and have/);
  });
}
