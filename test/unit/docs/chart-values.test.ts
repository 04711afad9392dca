import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chartPage } from '../../../scripts/chart-page.ts';
import { chartValues } from '../../../scripts/chart-values.ts';

test('a value that nothing is said of is an error', () => {
  assert.throws(() => chartValues('# Said.\none: 1\n\ntwo: 2\n'), /says nothing about two/);
});

test('a value that is a setting is explained as the setting is', () => {
  const setting = { name: 'DRAIN_MS', is: { accepts: '' }, byDefault: 1, says: 'How long it drains.' };
  const page = chartPage('# DRAIN_MS; not too long.\ndrainMs: 1\n', [setting]);

  assert.match(page, /^\| `drainMs` \| `1` \| `DRAIN_MS`: How long it drains\. Here: not too long\. \|$/m);
});
