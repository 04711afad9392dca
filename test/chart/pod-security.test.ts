import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { IDeployment } from 'kubernetes-models/apps/v1/Deployment';
import type { IPod } from 'kubernetes-models/v1/Pod';
import type { IServiceAccount } from 'kubernetes-models/v1/ServiceAccount';
import { only, rendered } from './rendering.ts';

const manifests = rendered({
  valkey: { enabled: true },
  shoutcloud: { enabled: true },
  watch: { enabled: true, notify: 'https://hooks.example/T0/B0' },
});
const users = {
  tuohs: 1001,
  'tuohs-valkey': 999,
  'tuohs-shoutcloud': 1001,
  'tuohs-watch': 1001,
  'tuohs-test': 1001,
};
const pods = Object.entries(users).map(([name, user]) => ({ name, user, spec: podSpec(name) }));

for (const { name, user, spec } of pods) {
  test(`${name} is at the restricted level of pod security`, () => {
    assert.deepEqual(spec.securityContext, {
      runAsNonRoot: true,
      runAsUser: user,
      runAsGroup: user,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    assert.deepEqual(
      spec.containers.map(({ securityContext }) => securityContext),
      [
        {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        },
      ],
    );
  });

  test(`${name} has no token for the API`, () => {
    assert.equal(spec.automountServiceAccountToken, false);
  });

  test(`${name} says what memory and CPU it takes`, () => {
    const { requests, limits } = spec.containers[0]?.resources ?? {};

    assert.ok(requests?.cpu && requests.memory && limits?.cpu && limits.memory);
  });
}

test('every pod of the chart is among them', () => {
  const withPods = manifests.filter(({ kind }) => kind === 'Deployment' || kind === 'Pod');

  assert.deepEqual(withPods.map(({ metadata }) => metadata.name).sort(), Object.keys(users).sort());
});

test('the service account gives no token either', () => {
  assert.equal(only<IServiceAccount>(manifests, 'ServiceAccount').automountServiceAccountToken, false);
});

function podSpec(name: string) {
  const spec =
    name === 'tuohs-test'
      ? only<IPod>(manifests, 'Pod', name).spec
      : only<IDeployment>(manifests, 'Deployment', name).spec?.template.spec;
  assert.ok(spec);
  return spec;
}
