import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cacheStatus } from '../../../src/http/routes/shout.ts';
import { originOf } from '../../../src/web/browser/ask.ts';

const upstream = { text: 'A', source: 'upstream', stored: false, collapsed: false } as const;

const rows = [
  [{ ...upstream, source: 'memory' }, 'From memory'],
  [{ ...upstream, source: 'redis' }, 'From the shared cache'],
  [{ ...upstream, source: 'local' }, 'Made here, while SHOUTCLOUD is away'],
  [upstream, 'Fresh from SHOUTCLOUD'],
  [{ ...upstream, stored: true }, 'Fresh from SHOUTCLOUD'],
  [{ ...upstream, stored: true, collapsed: true }, 'From SHOUTCLOUD, together with another caller'],
] as const;

for (const [shout, words] of rows) {
  const header = cacheStatus(shout);

  test(`"${header}" reads: ${words}`, () => {
    assert.equal(originOf(header), words);
  });
}

test('entries of other caches do not count', () => {
  assert.equal(originOf('cdn; hit, tuohs; fwd=miss; stored'), 'Fresh from SHOUTCLOUD');
});

for (const header of [null, '', 'cdn; hit']) {
  test(`${header === null ? 'no header' : `"${header}"`} says nothing`, () => {
    assert.equal(originOf(header), undefined);
  });
}
