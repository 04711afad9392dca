import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { smoke } from '../../scripts/delivery/smoke.ts';
import { httpServer } from '../support/http-server.ts';
import { runningService } from '../system/service.ts';

const { url: soundUrl } = await runningService({ after });
const AT_ONCE = { waitMs: 0 };

test('a sound service passes', async () => {
  assert.equal(await smoke(soundUrl, AT_ONCE), 'a fresh text is answered');
});

test('a service whose SHOUTCLOUD is down passes: it refuses honestly', async (t) => {
  const { url } = await runningService(t, { faults: 'status=503' });

  assert.match(await smoke(url, AT_ONCE), /refused.*UPSTREAM_UNREACHABLE/);
});

for (const [what, status, body] of [
  ['the text as it was sent', 200, '{"data":"smoke"}'],
  ['a page', 200, '<html></html>'],
  ['a bug of ours', 500, '{"error":"…","code":"INTERNAL","requestId":"1"}'],
  ['overload', 503, '{"error":"…","code":"OVERLOADED","requestId":"1"}'],
  ['no pod behind the ingress', 502, 'Bad Gateway'],
  ['an ingress without pods', 503, 'no available server'],
  ['an UPSTREAM code with a status that is not its own', 500, '{"error":"…","code":"UPSTREAM_TIMEOUT"}'],
] as const) {
  test(`a service that says this to a fresh text fails: ${what}`, async (t) => {
    const { url } = await httpServer(t, (_request, response) => response.writeHead(status).end(body));

    await assert.rejects(smoke(url, AT_ONCE));
  });
}

test('an address that becomes tuohs in time passes, and the first wrong answer of tuohs fails', async (t) => {
  let asked = 0;
  const { url } = await httpServer(t, async (_request, response) => {
    asked += 1;
    if (asked < 3) response.writeHead(404).end('404 page not found');
    else response.end('{"data":"WRONG"}');
  });

  await assert.rejects(smoke(url, { waitMs: 500_000, pauseMs: 1 }), /answered wrongly: WRONG/);
  assert.equal(asked, 3);
});
