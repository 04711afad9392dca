import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, globSync } from 'node:fs';
import { test } from 'node:test';
import { createClient } from '../../../src/client/index.ts';
import { matches, ROOT, read } from '../../support/pages.ts';

const pages = globSync(['*.md', 'docs/**/*.md', 'test/simulation/*.md'], { cwd: ROOT });

test('each link inside the documents leads to a file', () => {
  const broken = pages.flatMap((page) =>
    matches(read(page), /\]\((?!https?:)([^)#]+)/g)
      .filter((link) => !existsSync(new URL(link, new URL(page, ROOT))))
      .map((link) => `${page}: ${link}`),
  );

  assert.deepEqual(broken, []);
});

test('make help lists each target with a line, and each that the documents name is one', () => {
  const help = execFileSync('make', ['help'], { cwd: ROOT, encoding: 'utf8' });
  const listed = matches(help, /^ +make ([\w.-]+) +\S/gm);
  const targets = matches(read('Makefile'), /^([a-zA-Z][\w.-]*):(?!=)/gm);
  const named = pages.flatMap((page) => matches(read(page), /(?:`|^)make ([\w.-]+)/gm));

  assert.ok(named.length > 10);
  for (const target of [...targets, ...named]) assert.ok(listed.includes(target), target);
});

test('the README names each request that the OpenAPI document describes', () => {
  const { paths } = JSON.parse(read('docs/openapi.json'));
  const described = Object.entries<object>(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `\`${method.toUpperCase()} ${path}`),
  );

  assert.ok(described.length > 5);
  for (const request of described) assert.ok(read('README.md').includes(request), request);
});

test('docs/client.md shows each method of the client', () => {
  for (const name of Object.keys(createClient({ baseUrl: 'http://localhost' })))
    assert.match(read('docs/client.md'), new RegExp(`client\\.${name}\\(`));
});

test('each file of the source that the documents name exists', () => {
  const named = pages.flatMap((page) => matches(read(page), /`((?:src|test|scripts)\/[\w./-]+)`/g));

  for (const path of named) assert.ok(existsSync(new URL(path, ROOT)), path);
});

test('each decision has at most 40 lines and a row in the list', () => {
  const decisions = globSync('docs/adr/0*.md', { cwd: ROOT }).sort();
  const tooLong = decisions.filter((path) => read(path).trimEnd().split('\n').length > 40);

  const listed = matches(read('docs/adr/README.md'), /^\| \[\d{4}\]\((.+?)\)/gm);
  assert.deepEqual([tooLong, listed.map((file) => `docs/adr/${file}`)], [[], decisions]);
});

test('each number up to the last one is a decision, or the list says why it is not', () => {
  const list = read('docs/adr/README.md');
  const explained = (list.match(/\b\d{4}\b/g) ?? []).map(Number);
  const last = Math.max(...explained);

  assert.ok(last > 30);
  for (let number = 1; number <= last; number++) assert.ok(explained.includes(number), `${number}`);
});

test('each decision has the title that the list gives it', () => {
  const listed = [...read('docs/adr/README.md').matchAll(/^\| \[(\d{4})\]\((.+?)\) \| (.+) \|$/gm)];

  for (const [, number, file, title] of listed) {
    assert.equal(read(`docs/adr/${file}`).split('\n')[0], `# ${number}: ${title}`);
  }
});
