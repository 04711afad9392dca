import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keptTick } from '../../../src/http/node-http.ts';

test('what is kept is a tick of Node, of the class of every other one', async () => {
  const kept = [keptTick(), keptTick()];
  await new Promise<void>((resolve) => process.nextTick(resolve));

  const [first, second] = kept.map(({ tick = {} }) => Object.keys(tick));

  assert.ok(first?.includes('callback'));
  assert.deepEqual(first, second);
});
