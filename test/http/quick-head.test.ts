import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { ApiOptions } from '../../src/http/server.ts';
import { listeningApi } from '../support/api.ts';
import { rawClient } from '../support/raw-client.ts';

const POST =
  'POST /v1 HTTP/1.1\r\nhost: x\r\nx-request-id: mine\r\ncontent-type: application/json\r\ncontent-length: 16';
const KEPT = `${POST}\r\n\r\n{"data":"hello"}`;
const CLOSED = `${POST}\r\nconnection: close\r\n\r\n{"data":"hello"}`;
const OLD = KEPT.replace('HTTP/1.1', 'HTTP/1.0');
const OLD_KEPT = OLD.replace('\r\n\r\n', '\r\nconnection: keep-alive\r\n\r\n');
const ALL_SITES = { corsOrigins: ['*'] };

// A head that is made in one piece, and each reason not to make it so.
const cases: { what: string; request: string; options?: Partial<ApiOptions> }[] = [
  { what: 'one that stays open', request: KEPT },
  { what: 'one with a quota', request: KEPT, options: { rateLimitPerMinute: 10 } },
  { what: 'one with another time to stay open', request: KEPT, options: { keepAliveTimeoutMs: 5000 } },
  { what: 'one for pages of other sites', request: KEPT, options: ALL_SITES },
  { what: 'the last one of its connection', request: CLOSED },
  { what: 'one for HTTP/1.0', request: OLD },
  { what: 'one for HTTP/1.0 that stays open', request: OLD_KEPT },
];
for (const { what, request, options = {} } of cases) {
  test(`the head of an answer is the same with and without the shortcut: ${what}`, async (t) => {
    const [quick, usual] = await Promise.all([
      headOf(t, request, { ...options, hasShortcut: true }),
      headOf(t, request, { ...options, hasShortcut: false }),
    ]);

    assert.deepEqual(quick, usual);
  });
}

test('the date is that of the answer', async (t) => {
  const client = await rawClient(t, await listeningApi(t));

  client.send(KEPT);
  const answer = await client.heard('OLLEH');

  // Where the clock of the tests stands still.
  assert.match(answer, /\r\nDate: Tue, 01 Jan 2030 00:00:00 GMT\r\n/);
});

/** Status line and headers, but for the date and the order. */
async function headOf(t: TestContext, request: string, options: Partial<ApiOptions>): Promise<string[]> {
  const client = await rawClient(t, await listeningApi(t, { options }));
  client.send(request);
  const [head = ''] = (await client.heard('OLLEH')).split('\r\n\r\n');
  const lines = head.split('\r\n').map((line) => line.toLowerCase().replace(/^date: .*/, 'date'));
  return lines.sort();
}
