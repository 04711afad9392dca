import assert from 'node:assert/strict';
import { test } from 'node:test';
import { watchCommand } from '../../../src/cli/watch-command.ts';
import { firstStanding, notificationOf } from '../../../src/watch/standing.ts';
import { read } from '../../support/pages.ts';
import { pick } from '../../support/pick.ts';

const page = read('docs/watching.md');
const standing = firstStanding('');
const round = { at: '', freshMs: 0, knownMs: 0, failure: undefined };
const fields = Object.keys(notificationOf({ before: standing, after: standing }, round, ''));

test('docs/watching.md has a row for each field of a notification', () => {
  const [, table = ''] = page.split('| Field | Holds |');
  const [rows = ''] = table.split('\n\n');
  const named = [...rows.matchAll(/^\| (`.+?`) \|/gm)].flatMap(([, cell = '']) => cell.match(/\w+/g) ?? []);

  assert.deepEqual(named, fields);
});

test('docs/watching.md shows a notification with all its fields', () => {
  const [, json = ''] = /```json\n(.*?)```/s.exec(page) ?? [];

  assert.deepEqual(Object.keys(JSON.parse(json)), fields);
});

test('docs/watching.md has a row for each option, with its default', () => {
  const rows = [...page.matchAll(/^\| `(--[a-z-]+)` \| (.*?) \|/gm)];
  const defaults = new Map(rows.map(([, option, cell]) => [option, cell]));
  const never = new Promise<void>(() => {});
  const { stdin, stdout, stderr } = process;
  const stop = { first: never, second: never };

  const { options } = watchCommand({ environment: {}, stop, stdin, stdout, stderr });

  assert.deepEqual([...defaults.keys()], pick(options, 'long'));
  const own = options.filter(({ defaultValue }) => defaultValue !== undefined);
  assert.deepEqual(
    own.map(({ long }) => defaults.get(long ?? '')),
    own.map(({ defaultValue, defaultValueDescription }) => `\`${defaultValueDescription ?? defaultValue}\``),
  );
});
