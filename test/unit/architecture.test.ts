import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** The imports that are allowed between the folders of `src/`, by their names: the table of docs/architecture.md. */
const FOLDERS = documentedTable();

/** The same for the files beside the folders. */
const FILES: Readonly<Record<string, readonly string[]>> = {
  lifecycle: ['core'],
  version: [],
  main: ['cli'],
  app: [
    ...['core', 'config', 'cache', 'telemetry', 'upstream', 'shouter-stack'],
    ...['http', 'web', 'lifecycle', 'version'],
  ],
  'shouter-stack': ['core', 'config', 'cache', 'telemetry', 'upstream'],
  primary: ['app', 'core', 'config', 'telemetry', 'http', 'workers', 'lifecycle', 'version'],
};

const MAY_IMPORT = { ...FOLDERS, ...FILES, cli: [...(FOLDERS.cli ?? []), 'version'] };

const WITHOUT_PACKAGES = ['core', 'client', 'shoutcloud', 'workers', 'lifecycle', 'version', 'main'];

interface SourceFile {
  readonly path: string;
  readonly part: string;
  readonly code: string;
  readonly imports: readonly string[];
}

const files = globSync('**/*.{ts,js}', { cwd: `${root}src` }).map(sourceFile);

test('every file belongs to a part of the table, and every part has files', () => {
  const strangers = files.filter(({ part }) => !(part in MAY_IMPORT));

  assert.deepEqual(pathsOf(strangers), []);
  const parts = new Set(files.map(({ part }) => part));
  for (const part of Object.keys(MAY_IMPORT)) assert.ok(parts.has(part), part);
});

for (const [part, allowed] of Object.entries(MAY_IMPORT)) {
  test(`${part} imports ${allowed.join(', ') || 'nothing'} of ours and nothing else`, () => {
    const wrong = importsOf(part)
      .filter(({ target }) => target.startsWith('src/'))
      .filter(({ target }) => ![part, ...allowed].includes(partOf(target.slice('src/'.length))));

    assert.deepEqual(wrong, []);
  });
}

test('nothing is imported from outside src but packages', () => {
  const outside = Object.keys(MAY_IMPORT)
    .flatMap(importsOf)
    .filter(({ target }) => target.startsWith('.'));

  assert.deepEqual(outside, []);
});

for (const part of WITHOUT_PACKAGES) {
  test(`${part} needs no package`, () => {
    const wrong = importsOf(part).filter(({ target }) => !/^(src\/|node:)/.test(target));

    assert.deepEqual(wrong, []);
  });
}

test('core does no input or output', () => {
  const ofNode = importsOf('core').filter(({ target }) => target.startsWith('node:'));

  assert.deepEqual(ofNode, []);
});

test('no file imports itself, not even by way of others', () => {
  const targets = new Map(
    files.map(({ path, imports }) => [`src/${path}`, imports.map((name) => targetOf(path, name))]),
  );

  const circles = [...targets.keys()].filter((file) => reachable(file, targets).has(file));

  assert.deepEqual(circles, []);
});

test('each import names its file with its end', () => {
  const wrong = files.flatMap(({ path, imports }) =>
    imports.filter((name) => name.startsWith('.') && !/\.(ts|json)$/.test(name)).map((name) => [path, name]),
  );

  assert.deepEqual(wrong, []);
});

test('only main.ts reads the environment', () => {
  const readers = files.filter(({ code }) => /process\.env|\benv\b[^;\n]*=\s*process\b/.test(code));

  assert.deepEqual(pathsOf(readers), ['main.ts']);
});

test('time and chance come from core/clock.ts alone', () => {
  const clocks = files.filter(
    ({ part, code, imports }) =>
      !['web', 'client'].includes(part) &&
      (/\b(Date\.now|Math\.random|performance\.now)\b|new Date\(\)|(?<![.\w])set(Timeout|Interval)\b/.test(
        code,
      ) ||
        imports.some((name) => name.startsWith('node:timers'))),
  );

  assert.deepEqual(pathsOf(clocks), ['core/clock.ts']);
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

function pathsOf(some: readonly SourceFile[]): string[] {
  return some.map(({ path }) => path);
}

function importsOf(part: string): { path: string; target: string }[] {
  return files
    .filter((file) => file.part === part)
    .flatMap(({ path, imports }) => imports.map((name) => ({ path, target: targetOf(path, name) })));
}

/** The imported file under `src/`, the package or Node module; `..` in front where it leaves `src/`. */
function targetOf(path: string, name: string): string {
  if (!name.startsWith('.')) return name;
  const resolved = posix.normalize(posix.join(posix.dirname(path), name));
  return resolved.startsWith('..') ? resolved : `src/${resolved}`;
}

/** All that a file imports, and what that imports, and so on. */
function reachable(file: string, targets: ReadonlyMap<string, readonly string[]>): Set<string> {
  const found = new Set(targets.get(file));
  for (const each of found) for (const next of targets.get(each) ?? []) found.add(next);
  return found;
}

function sourceFile(path: string): SourceFile {
  const code = readFileSync(`${root}src/${path}`, 'utf8')
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/^\s*\/\/.*$/gm, '');
  const imports = code.matchAll(/(?<![.\w])(?:from|import)\s*\(?\s*['"]([^'"\n]+)['"]/g);
  return { path, part: partOf(path), code, imports: Array.from(imports, ([, name = '']) => name) };
}

function partOf(path: string): string {
  const [first = ''] = path.split('/');
  return first.replace(/\.ts$/, '');
}
