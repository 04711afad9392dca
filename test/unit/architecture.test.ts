import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { test } from 'node:test';
import { root } from '../support/pages.ts';
import { pick } from '../support/pick.ts';

/** The imports that are allowed between the folders of `src/`: the table of docs/architecture.md. */
const FOLDERS = documentedTable();

/** The imports that are allowed for the files outside the folders. */
const FILES: Readonly<Record<string, readonly string[]>> = {
  lifecycle: ['core'],
  version: [],
  main: ['cli'],
  app: [
    ...['core', 'config', 'cache', 'telemetry', 'upstream', 'shouter-stack'],
    ...['http', 'web', 'shoutcloud', 'lifecycle', 'version'],
  ],
  'shouter-stack': ['core', 'config', 'telemetry', 'upstream'],
  primary: ['app', 'core', 'config', 'telemetry', 'http', 'workers', 'lifecycle', 'version'],
};

const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  ...FOLDERS,
  ...FILES,
  cli: [...(FOLDERS.cli ?? []), 'version'],
};

const WITHOUT_PACKAGES = ['core', 'client', 'shoutcloud', 'workers', 'lifecycle', 'version', 'main'];

const files = globSync('**/*.{ts,js}', { cwd: `${root}src` }).map(sourceFile);

test('every file belongs to a part of the table, and every part has files', () => {
  const parts = files.map(({ part }) => part);

  assert.deepEqual([...new Set(parts)].sort(), Object.keys(MAY_IMPORT).sort());
});

for (const [part, allowed] of Object.entries(MAY_IMPORT)) {
  test(`${part} imports ${allowed.join(', ') || 'nothing'} of ours and nothing else`, () => {
    const wrong = files
      .filter((file) => file.part === part)
      .flatMap(({ path, targets }) => targets.filter(isForbidden).map((target) => [path, target]));

    assert.deepEqual(wrong, []);
  });

  function isForbidden(target: string): boolean {
    if (target.startsWith('src/')) return ![part, ...allowed].includes(partOf(target.slice('src/'.length)));
    // The core does no input or output.
    if (target.startsWith('node:')) return part === 'core';
    return target.startsWith('.') || WITHOUT_PACKAGES.includes(part);
  }
}

test('no file imports itself, not even by way of others', () => {
  const targets = new Map(files.map((file) => [`src/${file.path}`, file.targets]));

  const circles = [...targets.keys()].filter((file) => reachable(file, targets).has(file));

  assert.deepEqual(circles, []);
});

test('only main.ts reads the environment', () => {
  const readers = files.filter(({ code }) => /process\.env|\benv\b[^;\n]*=\s*process\b/.test(code));

  assert.deepEqual(pick(readers, 'path'), ['main.ts']);
});

test('time and chance come from core/clock.ts alone', () => {
  const uses =
    /\b(Date\.now|Math\.random|performance\.now)\b|new Date\(\)|(?<![.\w])set(Timeout|Interval)\b|'node:timers/;
  const clocks = files.filter(({ part, code }) => !['web', 'client'].includes(part) && uses.test(code));

  assert.deepEqual(pick(clocks, 'path'), ['core/clock.ts']);
});

function documentedTable(): Record<string, string[]> {
  const page = readFileSync(`${root}docs/architecture.md`, 'utf8');
  const [, behindHead = ''] = page.split('| folder | may import |');
  const [table = ''] = behindHead.split('\n\n');
  const rows = table.matchAll(/^\| (\w+) \| (.+) \|$/gm);
  return Object.fromEntries(
    Array.from(rows, ([, part = '', imports = '']) => [
      part,
      imports === 'nothing' ? [] : imports.split(', '),
    ]),
  );
}

function targetOf(path: string, name: string): string {
  if (!name.startsWith('.')) return name;
  const resolved = posix.normalize(posix.join(posix.dirname(path), name));
  return resolved.startsWith('..') ? resolved : `src/${resolved}`;
}

/** All files that a file imports, directly or through others. */
function reachable(file: string, targets: ReadonlyMap<string, readonly string[]>): Set<string> {
  const found = new Set(targets.get(file));
  for (const each of found) for (const next of targets.get(each) ?? []) found.add(next);
  return found;
}

/** `targets` are the imported files under `src/`, packages and Node modules. A file outside of `src/` begins with `..`. */
function sourceFile(path: string) {
  const code = readFileSync(`${root}src/${path}`, 'utf8')
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/^\s*\/\/.*$/gm, '');
  const found = code.matchAll(/(?<![.\w])(?:from|import)\s*\(?\s*['"]([^'"\n]+)['"]/g);
  const targets = Array.from(found, ([, name = '']) => targetOf(path, name));
  return { path, part: partOf(path), code, targets };
}

function partOf(path: string): string {
  const [first = ''] = path.split('/');
  return first.replace(/\.ts$/, '');
}
