import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listeningApi } from '../support/api.ts';
import { ask } from '../support/ask.ts';
import { until } from '../support/until.ts';
import { testWorld } from '../support/world.ts';

const REQUESTS = [
  { url: '/v1?data=hidden-text', route: '/v1', status: 200 },
  { url: '/v2/hidden-text', route: 'none', status: 404 },
  { url: '/v1/?Data=hidden-text', route: '/v1/', status: 400 },
  { url: '/health', route: '/health', status: 200 },
];
for (const { url, route, status } of REQUESTS) {
  test(`the answer to ${url} is told with its route, and without what the user sent`, async (t) => {
    const world = testWorld();
    const port = await listeningApi(t, { world });

    await ask(`http://127.0.0.1:${port}`, { path: url, headers: { 'x-request-id': 'mine' } });
    await until(t, () => world.told('answered').length > 0);

    const [told, ...more] = world.told('answered');
    assert.deepEqual(
      [told?.method, told?.route, told?.status, told?.requestId],
      ['GET', route, status, 'mine'],
    );
    assert.deepEqual(more, []);
    assert.ok(!JSON.stringify(world.events).includes('hidden'));
  });
}

for (const method of ['PROPFIND', 'M-SEARCH', 'QUERY', 'LOCK']) {
  test(`${method} is told as _OTHER, because a label is of a closed set`, async (t) => {
    const world = testWorld();
    const port = await listeningApi(t, { world });

    await ask(`http://127.0.0.1:${port}`, { method, path: '/v1' });
    await until(t, () => world.told('answered').length > 0);

    assert.equal(world.told('answered')[0]?.method, '_OTHER');
  });
}
