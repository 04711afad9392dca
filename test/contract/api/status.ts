import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ask } from '../../support/ask.ts';
import type { Service } from '../api-contract.ts';
import { assertStandardHeaders } from './assert-reply.ts';

export function statusContract(service: Service): void {
  test('GET /v1/status says how SHOUTCLOUD is doing, and the version', async () => {
    const reply = await ask(service(), { path: '/v1/status' });
    const { upstream, version, ...more } = JSON.parse(reply.body);

    assert.equal(reply.status, 200);
    assert.equal(reply.headers['content-type'], 'application/json');
    assert.equal(reply.headers['cache-control'], 'no-store');
    assertStandardHeaders(reply);
    assert.ok(['ok', 'failing', 'paused'].includes(upstream), upstream);
    assert.match(version, /^\d+\.\d+\.\d+/);
    assert.deepEqual(more, {});
  });
}
