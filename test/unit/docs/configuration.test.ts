import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseEnv } from 'node:util';
import { configurationPage } from '../../../scripts/configuration-page.ts';
import type { DocumentedSetting } from '../../../scripts/documented-setting.ts';
import { environmentExample } from '../../../scripts/environment-example.ts';
import { readConfig } from '../../../src/config/read-config.ts';
import { settings } from '../../../src/config/settings.ts';

const secret: DocumentedSetting = {
  name: 'TOKEN',
  is: { accepts: 'a | b' },
  byDefault: undefined,
  says: 'A password.',
  isSecret: true,
};

test('a setting is a row with its default, what it accepts and what it means', () => {
  const page = configurationPage([
    { name: 'SIZE_BYTES', is: { accepts: 'a number' }, byDefault: 2048, says: 'How large.' },
  ]);

  assert.match(page, /^\| `SIZE_BYTES` \| `2048` \(2 KiB\) \| a number \| How large\. \|$/m);
});

test('a secret is documented with the variable that names its file', () => {
  const page = configurationPage([secret]);

  assert.match(page, /^\| `TOKEN` \| none \| a \\\| b \| A password\. .*`TOKEN_FILE`/m);
  assert.match(page, /^- `TOKEN`, or `TOKEN_FILE`$/m);
});

test('a copy of .env.example changes nothing', () => {
  const example = environmentExample(Object.values(settings));

  assert.deepEqual(parseEnv(example), {});
});

test('the values in .env.example are the defaults', () => {
  const example = environmentExample(Object.values(settings));
  const written = parseEnv(example.replace(/^#(?=[A-Z_]+=.)/gm, ''));

  assert.deepEqual(readConfig(written), readConfig({}));
});
