import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sourceOf } from '../../src/version.ts';

const PAGE = 'https://git.example/team/tuohs';

for (const [repository, source] of [
  [PAGE, PAGE],
  [`git+${PAGE}.git`, PAGE],
  [{ type: 'git', url: `git+${PAGE}.git` }, PAGE],
  [{ type: 'git' }, undefined],
  ['git@git.example:team/tuohs.git', undefined],
  ['javascript:alert(1)', undefined],
  [`${PAGE}"><script>`, undefined],
  [undefined, undefined],
  [null, undefined],
] as const) {
  test(`the source behind the repository ${JSON.stringify(repository)} is ${source}`, () => {
    assert.equal(sourceOf(repository), source);
  });
}
