import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { IDeployment } from 'kubernetes-models/apps/v1/Deployment';
import { only, rendered, type Values } from './rendering.ts';

for (const [what, before, after, isReplaced] of [
  ['a changed setting', {}, { config: { drainMs: 5000 } }, true],
  ['a changed URL of Redis', { redis: { url: 'redis://one' } }, { redis: { url: 'redis://two' } }, true],
  ['a value that is no setting', {}, { resources: { requests: { cpu: '100m' } } }, false],
] as const) {
  test(`${what} ${isReplaced ? 'replaces the pods' : 'leaves their checksums alone'}`, () => {
    assert.equal(checksums(before) !== checksums(after), isReplaced);
  });
}

function checksums(values: Values): string {
  const { spec } = only<IDeployment>(rendered(values), 'Deployment');
  const annotations = Object.entries(spec?.template.metadata?.annotations ?? {});
  return JSON.stringify(annotations.filter(([name]) => name.startsWith('checksum/')));
}
