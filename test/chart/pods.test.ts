import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { IDeployment } from 'kubernetes-models/apps/v1/Deployment';
import type { IPod } from 'kubernetes-models/v1/Pod';
import { ran } from '../unit/cli/shout-surroundings.ts';
import { only, rendered, type Values } from './rendering.ts';

const manifests = rendered({
  valkey: { enabled: true },
  shoutcloud: { enabled: true },
  watch: { enabled: true, notify: 'https://hooks.example/T0/B0' },
});
const names = ['tuohs', 'tuohs-valkey', 'tuohs-shoutcloud', 'tuohs-watch', 'tuohs-test'];

for (const name of names) {
  const user = name === 'tuohs-valkey' ? 999 : 1001;

  test(`${name} is at the restricted level of pod security, has no token for the API and names its resources`, () => {
    const { securityContext, containers, automountServiceAccountToken } = podSpec(name);
    const [container, ...others] = containers;
    const { requests, limits } = container?.resources ?? {};

    assert.deepEqual(securityContext, {
      ...{ runAsNonRoot: true, runAsUser: user, runAsGroup: user },
      seccompProfile: { type: 'RuntimeDefault' },
    });
    assert.deepEqual(container?.securityContext, {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    assert.equal(automountServiceAccountToken, false);
    assert.ok(requests?.cpu && requests.memory && limits?.cpu && limits.memory);
    assert.deepEqual(others, []);
  });
}

test('the command line accepts the arguments that pods give it', async () => {
  const containers = names.flatMap((name) => podSpec(name).containers);
  const commands = containers.filter(({ image, args }) => image?.startsWith('tuohs') && args);

  const helps = await Promise.all(commands.map(({ args = [] }) => ran([...args, '--help'])));

  assert.deepEqual(
    helps.map(({ stderr }) => stderr),
    ['', '', ''],
  );
});

test('these tests cover every pod of the chart', () => {
  const withPods = manifests.filter(({ kind }) => kind === 'Deployment' || kind === 'Pod');

  assert.deepEqual(withPods.map(({ metadata }) => metadata.name).sort(), names.sort());
});

for (const [what, before, after, isReplaced] of [
  ['a changed setting', {}, { config: { drainMs: 5000 } }, true],
  ['a changed URL of Redis', { redis: { url: 'redis://one' } }, { redis: { url: 'redis://two' } }, true],
  ['a value that is not a setting', {}, { resources: { requests: { cpu: '100m' } } }, false],
] as const) {
  test(`${what} ${isReplaced ? 'replaces the pods' : 'leaves their checksums alone'}`, () => {
    assert.equal(checksums(before) !== checksums(after), isReplaced);
  });
}

function podSpec(name: string) {
  const spec =
    name === 'tuohs-test'
      ? only<IPod>(manifests, 'Pod', name).spec
      : only<IDeployment>(manifests, 'Deployment', name).spec?.template.spec;
  assert.ok(spec);
  return spec;
}

function checksums(values: Values): string {
  const { spec } = only<IDeployment>(rendered(values), 'Deployment');
  const annotations = Object.entries(spec?.template.metadata?.annotations ?? {});
  return JSON.stringify(annotations.filter(([name]) => name.startsWith('checksum/')));
}
