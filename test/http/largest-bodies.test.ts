import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { createApp } from '../../src/app.ts';
import { readConfig } from '../../src/config/read-config.ts';
import { startShoutcloud } from '../../src/shoutcloud/server.ts';
import { logLines } from '../support/log-lines.ts';
import { rawClient, requestOf } from '../support/raw-client.ts';

const HELD = 1_048_576;

for (const [name, bytes, send] of [
  ['text', Math.floor(HELD / 10), textOf],
  ['bulk', HELD / 4, bulkOf],
] as const) {
  test(`the largest ${name} finds room on an idle service, and a larger one is a 413 that names the limit`, async (t) => {
    const port = await serve(t);
    const client = await rawClient(t, port);

    client.send(send(bytes));
    assert.match(await client.heard(/(\}|\r\n0\r\n\r\n)$/), /^HTTP\/1\.1 200 /);

    client.send(send(bytes + 1));
    assert.match(await client.heard(/"TOO_LARGE"/), new RegExp(`HTTP/1.1 413 .*\\b${bytes} bytes`, 's'));
  });
}

/** A service with settings that allow larger bodies than it has room for. */
async function serve(t: TestContext): Promise<number> {
  const shoutcloud = await startShoutcloud({});
  t.after(() => shoutcloud.close());
  const config = readConfig({
    ...{ HOST: '127.0.0.1', PORT: '0', ADMIN_PORT: '0', DRAIN_MS: '0', SHOUTCLOUD_URL: shoutcloud.url },
    ...{ MAX_BYTES_IN_FLIGHT: `${HELD}`, MAX_BODY_BYTES: `${HELD}`, MAX_BULK_BYTES: `${HELD}` },
  });
  const app = await createApp(config, { logTo: logLines() });
  t.after(() => app.close());
  return (await app.listen()).port;
}

/** The text that needs most room: two bytes in memory for each that is sent. Its head needs some, too. */
function textOf(bytes: number): string {
  const more = Array.from({ length: 190 }, (_, i) => `x${i}: ${'a'.repeat(70)}`).join('\r\n');
  const body = JSON.stringify({ data: `@${'x'.repeat(bytes - 17)}` }).replace('@', '\\u044f');
  return requestOf('POST /v1', { type: 'application/json', body, more });
}

function bulkOf(bytes: number): string {
  const body = '{"data":"x"}\n'.repeat(bytes).slice(0, bytes);
  return requestOf('POST /v1/bulk', { type: 'application/x-ndjson', body });
}
