import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chartPage } from '../../../scripts/chart-page.ts';
import { chartValues } from '../../../scripts/chart-values.ts';

test('each value has its path, its default and the comment above it', () => {
  const yaml =
    '# How many.\ncount: 2\n\nimage:\n  # Where it is,\n  # with its host.\n  name: ""\n  # Which.\n  tag: a\n';

  assert.deepEqual(chartValues(yaml), [
    { path: 'count', byDefault: '2', says: 'How many.' },
    { path: 'image.name', byDefault: '""', says: 'Where it is, with its host.' },
    { path: 'image.tag', byDefault: '"a"', says: 'Which.' },
  ]);
});

test('a map whose values have no comments of their own is one value', () => {
  const yaml = '# What it may take.\nlimits:\n  cpu: 1\n';

  assert.deepEqual(chartValues(yaml), [
    { path: 'limits', byDefault: '{"cpu":1}', says: 'What it may take.' },
  ]);
});

test('a group may have a comment, too', () => {
  const [group, value] = chartValues('# All of it.\ngroup:\n  # A part.\n  part: 1\n');

  assert.deepEqual(group, { path: 'group', byDefault: undefined, says: 'All of it.' });
  assert.equal(value?.path, 'group.part');
});

test('a value that nothing is said of is an error', () => {
  assert.throws(() => chartValues('# Said.\none: 1\n\ntwo: 2\n'), /says nothing about two/);
});

test('a value that is a setting is explained as the setting is', () => {
  const setting = { name: 'DRAIN_MS', is: { accepts: '' }, byDefault: 1, says: 'How long it drains.' };
  const page = chartPage('# DRAIN_MS; not too long.\ndrainMs: 1\n', [setting]);

  assert.match(page, /^\| `drainMs` \| `1` \| `DRAIN_MS`: How long it drains\. Here: not too long\. \|$/m);
});
