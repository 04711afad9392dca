import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mutantsOf } from '../../scripts/mutate/mutants.ts';
import { relatedTests } from '../../scripts/mutate/related-tests.ts';
import { pick } from '../support/pick.ts';

for (const [line, changes] of [
  ['  return a < b;', ['return a <= b;', 'return undefined as never;']],
  ['  const both = a && !b;', ['const both = a || !b;', 'const both = a && b;']],
  ['  if (isOpen) close();', ['if (true) close();', 'if (false) close();']],
  ['  queue.splice(at, 1);', ['queue.splice(at, 2);', 'queue.splice(at, 10);', 'queue.splice(at);', '']],
  ['  this.#free = 1_000;', ['this.#free = 1001;', 'this.#free = 1_0000;', '']],
  ["  await once(child, 'exit');", ["await once(child, 'exit-');", "once(child, 'exit');", '']],
  ["  socket.on('close', () => {", ["socket.on('close-', () => {", 'void (() => {']],
] as const) {
  test(`each part of this line is changed once: ${line.trim()}`, () => {
    assert.deepEqual(pick(mutantsOf(line), 'to'), changes);
  });
}

test('imports, comments, strings and types are not changed', () => {
  const nothing = ["import { a } from './a.ts';", '  // a < b', '  /** At least 1. */', '  readonly a: 1;'];

  assert.deepEqual(pick(mutantsOf([...nothing, "  say('1 < 2');"].join('\n')), 'to'), ['']);
});

test('a change affects one line of the file and names it', () => {
  const [first] = mutantsOf('const a = 1;\nconst b = 2;\n');

  const code = 'const a = 2;\nconst b = 2;\n';
  assert.deepEqual(first, { line: 1, from: 'const a = 1;', to: 'const a = 2;', code });
});

test('the tests of a file are those that import it, themselves or by a helper', () => {
  const [closest = []] = relatedTests('src/cache/redis-connection.ts');

  assert.ok(closest.includes('test/unit/cache/redis-frozen.test.ts'));
  assert.ok(!closest.includes('test/unit/upstream/cached-shouter.test.ts'));
  assert.ok(relatedTests('src/lifecycle.ts')[0]?.includes('test/unit/lifecycle.test.ts'));
});

test('if few tests import a file, the tests of its importers check its changes, too', () => {
  const [closest = [], ...others] = relatedTests('src/http/exchange.ts');

  assert.ok(closest.includes('test/unit/http/exchange.test.ts'));
  assert.ok(others.flat().some((path) => path.startsWith('test/http/')));
});
