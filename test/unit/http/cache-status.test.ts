import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Shout } from '../../../src/core/shouter.ts';
import { cacheStatus } from '../../../src/http/answer.ts';

const STATUSES: readonly (readonly [shout: Partial<Shout>, header: string])[] = [
  [{ source: 'memory', stored: true }, 'tuohs; hit'],
  [{ source: 'redis' }, 'tuohs; hit; detail=redis'],
  [{ source: 'upstream' }, 'tuohs; fwd=miss'],
  [{ source: 'upstream', stored: true }, 'tuohs; fwd=miss; stored'],
  [{ source: 'upstream', collapsed: true }, 'tuohs; fwd=miss; collapsed'],
  [{ source: 'upstream', stored: true, collapsed: true }, 'tuohs; fwd=miss; stored; collapsed'],
  [{ source: 'local' }, 'tuohs; fwd=miss; detail=local'],
];
for (const [shout, header] of STATUSES) {
  test(`${JSON.stringify(shout)} is "${header}"`, () => {
    assert.equal(
      cacheStatus({ text: 'A', source: 'local', stored: false, collapsed: false, ...shout }),
      header,
    );
  });
}
