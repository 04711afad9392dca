import assert from 'node:assert/strict';
import { test } from 'node:test';
import { askJson } from '../support/ask.ts';
import { runningService } from './service.ts';

test('100 equal requests at once cost one upstream call, and 100 more cost none', async (t) => {
  const { url, shoutcloud } = await runningService(t);
  const round = () => Promise.all(Array.from({ length: 100 }, () => askJson(url, { data: 'same' })));

  const first = await round();
  const callsAfterFirst = shoutcloud.calls;
  const second = await round();

  const bodies = new Set([...first, ...second].map(({ body }) => body));
  assert.deepEqual([...bodies], ['{"data":"EMAS"}']);
  assert.deepEqual([callsAfterFirst, shoutcloud.calls], [1, 1]);
  assert.ok(second.every(({ headers }) => headers['cache-status'] === 'tuohs; hit'));
});
