import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { IConfigMap } from 'kubernetes-models/v1/ConfigMap';
import { parse } from 'yaml';
import { chartValues } from '../../scripts/chart-values.ts';
import { type DocumentedSetting, defaultText } from '../../scripts/documented-setting.ts';
import type { Setting } from '../../src/config/kinds.ts';
import { readConfig } from '../../src/config/read-config.ts';
import { settings } from '../../src/config/settings.ts';
import { chart, only, rendered } from './rendering.ts';

interface ValueSchema {
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
}

const valuesYaml = readFileSync(`${chart}/values.yaml`, 'utf8');
const { config } = parse(valuesYaml);
const schema = JSON.parse(readFileSync(`${chart}/values.schema.json`, 'utf8'));
// Secrets are left out, because everyone can read the values of a chart.
const rows: Setting<unknown>[] = Object.values(settings).filter((row: Setting<unknown>) => !row.isSecret);

test('each setting has a value in the chart, with its own default', () => {
  for (const row of rows) {
    assert.equal(String(config[camelCase(row.name)]), defaultText(row), row.name);
  }
});

test('the comment above each setting begins with its name', () => {
  const comments = new Map(chartValues(valuesYaml).map(({ path, says }) => [path, says]));

  for (const { name } of rows) {
    assert.match(comments.get(`config.${camelCase(name)}`) ?? '', new RegExp(`^${name}\\b`));
  }
});

test('with no values the chart sets what the service would do by itself', () => {
  const environment = environmentOf({});

  assert.deepEqual(readConfig(environment), readConfig({}));
});

test('each setting that is changed in the values reaches the service', () => {
  const changed = { logLevel: 'debug', cacheMaxBytes: 2 ** 26, retryBudgetRatio: 0.25, drainMs: 0 };

  assert.partialDeepStrictEqual(readConfig(environmentOf(changed)), changed);
});

for (const { name, is } of rows) {
  const key = camelCase(name);
  const { enum: words, minimum, maximum } = valueSchema(key);
  const [, least, most] = /number from (\d+) to (\d+)/.exec(is.accepts) ?? [];

  if (is.accepts.startsWith('one of ')) {
    test(`the chart accepts the words for ${name} that the service accepts`, () => {
      assert.equal(words?.join(', '), is.accepts.replace('one of ', ''), `${key} in values.schema.json`);
    });
  }

  if (most !== undefined) {
    test(`the chart accepts exactly the numbers for ${name} that the service accepts`, () => {
      // With 0, the system would choose the port, and no Service would know it.
      const expected = [name.endsWith('PORT') ? 1 : Number(least), Number(most)];

      assert.deepEqual([minimum, maximum], expected, `minimum and maximum of ${key} in values.schema.json`);
    });
  }
}

test('a setting with a default must have a value, because the templates compute with some of them', () => {
  const withDefault = rows.filter(({ byDefault }) => byDefault !== undefined);

  const { required } = schema.properties.config;
  assert.deepEqual(
    required,
    withDefault.map(({ name }) => camelCase(name)),
    'required in values.schema.json',
  );
});

function environmentOf(changed: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  return only<IConfigMap>(rendered({ config: changed }), 'ConfigMap').data ?? {};
}

/** What the chart accepts for a setting. An optional number also accepts the empty text, which is left out here. */
function valueSchema(key: string): ValueSchema {
  const value = schema.properties.config.properties[key] ?? {};
  return value.anyOf?.[1] ?? (value.$ref ? schema.$defs[value.$ref.replace('#/$defs/', '')] : value);
}

function camelCase(name: DocumentedSetting['name']): string {
  return name.toLowerCase().replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}
