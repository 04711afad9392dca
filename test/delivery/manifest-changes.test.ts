import assert from 'node:assert/strict';
import { test } from 'node:test';
import { manifestChanges } from '../../scripts/delivery/manifest-changes.ts';

const object = (kind: string, name: string, more = '') =>
  `---\nkind: ${kind}\nmetadata: {name: ${name}}\n${more}\n`;

test('equal manifests have no changes, in any order', () => {
  const [one, two] = [object('Service', 'a', 'spec: {port: 80}'), object('ConfigMap', 'b')];

  assert.deepEqual(manifestChanges(one + two, two + one), []);
});

test('each added, removed and changed object is named, down to the field', () => {
  const before =
    object('IngressRoute', 'a') + object('Service', 'a', 'spec: {ports: [{port: 80, name: http}]}');
  const after =
    object('Service', 'a', 'spec: {ports: [{port: 81}], type: NodePort}') + object('Ingress', 'a');

  assert.deepEqual(manifestChanges(before, after), [
    '+ Ingress a',
    '- IngressRoute a',
    '~ Service a',
    '    spec.ports.0.port: 80 -> 81',
    '    spec.ports.0.name: "http" -> (none)',
    '    spec.type: (none) -> "NodePort"',
  ]);
});

test('a new version in the labels alone is not a change', () => {
  const labelled = (version: string) =>
    `kind: Service\nmetadata: {name: a, labels: {app.kubernetes.io/version: ${version}}}\n`;

  assert.deepEqual(manifestChanges(labelled('one'), labelled('two')), []);
});

test('the content of a Secret is never shown', () => {
  const [one, two] = ['b', 'c'].map((value) => object('Secret', 'a', `data: {a: ${value}}`));

  assert.deepEqual(manifestChanges(one ?? '', two ?? ''), []);
});
