import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { test } from 'node:test';
import { type DocumentedSetting, defaultText } from '../../../scripts/documented-setting.ts';
import type { Setting } from '../../../src/config/kinds.ts';
import { settings } from '../../../src/config/settings.ts';
import { ROOT, read } from '../../support/pages.ts';

const pages = globSync(['*.md', 'docs/**/*.md'], { cwd: ROOT });
const rows: readonly (Setting<unknown> & DocumentedSetting)[] = Object.values(settings);
const defaults = new Map(rows.map(({ name, byDefault }) => [name, byDefault]));

for (const page of ['docs/resilience.md', 'docs/bulk.md']) {
  test(`the table of numbers in ${page} says where each comes from`, () => {
    const rows = numberRows(page);

    assert.ok(rows.length > 0);
    for (const { row, name } of rows) assert.notEqual(name, '', row);
  });

  for (const { row, shown, name, file } of numberRows(page)) {
    test(`${page}: ${row}`, () => {
      const found = file === undefined ? defaults.get(name) : constantIn(file, name);

      assert.equal(found, shown, `${name} in ${file ?? 'src/config/settings.ts'} and ${page} differ`);
    });
  }
}

test('a number in brackets after a setting is its default', () => {
  const shown = pages.flatMap((page) => [...read(page).matchAll(/`([A-Z_]+)` \(([\d.]+(?: \w+)?)\)/g)]);

  assert.ok(shown.length > 0);
  for (const [words, name = '', value = ''] of shown)
    assert.equal(baseUnits(value), defaults.get(name), words);
});

test('the settings in the README are real, with their defaults', () => {
  const shown = [...read('README.md').matchAll(/^\| `([A-Z_]+)` \| (?:none|`(.*?)`) \|/gm)];
  const texts = new Map(rows.map((row) => [row.name, defaultText(row)]));

  assert.ok(shown.length > 0);
  for (const [, name = '', text = ''] of shown) assert.equal(text, texts.get(name), name);
});

/** The rows of the tables that end with two columns: a value, and the setting or the constant in a `file` that sets it. */
function numberRows(page: string) {
  const tables = read(page).matchAll(/^\|.*\| Value \| Set by \|\n\|[-| ]+\|\n((?:\|.*\n)+)/gm);
  return [...tables]
    .flatMap(([, rows = '']) => rows.trimEnd().split('\n'))
    .map((row) => {
      const [, value = '', name = '', file] =
        /\| ([\d.]+(?: \w+)?) \| `([\w.]+)`(?: in `(src\/[\w./-]+)`)? \|$/.exec(row) ?? [];
      return { row, shown: baseUnits(value), name, file };
    });
}

/** The value in milliseconds, in bytes, or as a plain number. */
function baseUnits(text: string): number {
  const factors: Record<string, number> = { '': 1, ms: 1, s: 1000, KiB: 1024, MiB: 1024 ** 2 };
  const [number, unit = ''] = text.split(' ');
  return Number(number) * (factors[unit] ?? Number.NaN);
}

/** The constant `name`, or `outer.name` if both are on one line. */
function constantIn(file: string, name: string): number {
  const pattern = new RegExp(`\\b${name.replace('.', '\\b.*\\b')}(?: =|:) ([\\d_]+)\\b`);
  return Number(pattern.exec(read(file))?.[1]?.replaceAll('_', ''));
}
