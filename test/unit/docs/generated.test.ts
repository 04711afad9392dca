import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseEnv } from 'node:util';
import { chartPage } from '../../../scripts/chart-page.ts';
import { chartValues } from '../../../scripts/chart-values.ts';
import { environmentExample } from '../../../scripts/environment-example.ts';
import { generatedFiles } from '../../../scripts/generated-files.ts';
import { readConfig } from '../../../src/config/read-config.ts';
import { settings } from '../../../src/config/settings.ts';
import { read } from '../../support/pages.ts';

for (const { path, content } of await generatedFiles()) {
  test(`${path} is what make docs writes`, () => {
    assert.ok(read(path) === content, `${path} is not what the sources say: run make docs`);
  });
}

test('a copy of .env.example changes nothing, and the values in it are the defaults', () => {
  const example = environmentExample(Object.values(settings));

  const written = parseEnv(example.replace(/^#(?=[A-Z_]+=.)/gm, ''));

  assert.deepEqual(parseEnv(example), {});
  assert.deepEqual(readConfig(written), readConfig({}));
});

test('a value of the chart without a comment is an error', () => {
  assert.throws(() => chartValues('# Said.\none: 1\n\ntwo: 2\n'), /says nothing about two/);
});

test('a value of the chart that is a setting is explained as the setting is', () => {
  const setting = { name: 'DRAIN_MS', is: { accepts: '' }, byDefault: 1, says: 'How long it drains.' };
  const page = chartPage('# DRAIN_MS; not too long.\ndrainMs: 1\n', [setting]);

  assert.match(
    page,
    /^\| `drainMs` \| `1` \| `DRAIN_MS`: How long it drains\. In the chart: not too long\. \|$/m,
  );
});
