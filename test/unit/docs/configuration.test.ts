import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseEnv } from 'node:util';
import { environmentExample } from '../../../scripts/environment-example.ts';
import { readConfig } from '../../../src/config/read-config.ts';
import { settings } from '../../../src/config/settings.ts';

test('a copy of .env.example changes nothing, and the values in it are the defaults', () => {
  const example = environmentExample(Object.values(settings));

  const written = parseEnv(example.replace(/^#(?=[A-Z_]+=.)/gm, ''));

  assert.deepEqual(parseEnv(example), {});
  assert.deepEqual(readConfig(written), readConfig({}));
});
