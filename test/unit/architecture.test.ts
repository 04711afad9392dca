import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Who may import whom: folders of `src/` and the files beside them, which go by their name alone. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  core: [],
  config: ['core'],
  cache: ['core'],
  telemetry: ['core'],
  upstream: ['core', 'cache'],
  http: ['core', 'web'],
  web: [],
  client: [],
  shoutcloud: ['core'],
  watch: ['client'],
  cli: ['app', 'config', 'client', 'shoutcloud', 'watch', 'version', 'core'],
  lifecycle: ['core'],
  version: [],
  main: ['cli'],
  app: ['core', 'config', 'cache', 'telemetry', 'upstream', 'http', 'web', 'lifecycle', 'version'],
};

const WITHOUT_PACKAGES = ['core', 'config', 'client', 'shoutcloud', 'lifecycle', 'version', 'main'];

interface SourceFile {
  readonly path: string;
  readonly part: string;
  readonly code: string;
  readonly imports: readonly string[];
}

const files = globSync('**/*.{ts,js}', { cwd: `${root}src` }).map(sourceFile);

test('every file belongs to a part of the table', () => {
  const strangers = files.filter(({ part }) => MAY_IMPORT[part] === undefined);

  assert.deepEqual(
    strangers.map(({ path }) => path),
    [],
  );
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
  assert.deepEqual(
    importsOf('core').filter(({ target }) => target.startsWith('node:')),
    [],
  );
});

test('each import names its file with its end', () => {
  const wrong = files.flatMap(({ path, imports }) =>
    imports.filter((name) => name.startsWith('.') && !/\.(ts|json)$/.test(name)).map((name) => [path, name]),
  );

  assert.deepEqual(wrong, []);
});

test('only main.ts reads the environment', () => {
  const readers = files.filter(({ code }) => /process\.env|\benv\b[^;\n]*=\s*process\b/.test(code));

  assert.deepEqual(
    readers.map(({ path }) => path),
    ['main.ts'],
  );
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

  assert.deepEqual(
    clocks.map(({ path }) => path),
    ['core/clock.ts'],
  );
});

const page = `${root}docs/architecture.md`;

test('docs/architecture.md shows the same table', { skip: !existsSync(page) && 'not written yet' }, () => {
  const rows = readFileSync(page, 'utf8').matchAll(/^\|([^|]+)\|([^|]+)\|$/gm);
  const documented = new Map<string, string[]>();
  for (const [, part = '', imports = ''] of rows) {
    const [name, ...others] = partsIn(part);
    if (name !== undefined && others.length === 0) documented.set(name, partsIn(imports).sort());
  }

  const folders = Object.keys(MAY_IMPORT).filter((part) =>
    files.some(({ path }) => path.startsWith(`${part}/`)),
  );
  assert.deepEqual(
    folders.map((folder) => [folder, documented.get(folder)]),
    folders.map((folder) => [folder, MAY_IMPORT[folder]?.toSorted()]),
  );
});

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

/** The parts that a cell names in code, `core/` or `app.ts` as well as `core`. */
function partsIn(cell: string): string[] {
  const names = cell.matchAll(/`(?:src\/)?([\w-]+)(?:\/|\.ts)?`/g);
  return Array.from(names, ([, name = '']) => name).filter((name) => MAY_IMPORT[name] !== undefined);
}
