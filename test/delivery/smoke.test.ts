import assert from 'node:assert/strict';
import { after, type TestContext, test } from 'node:test';
import { smoke } from '../../scripts/delivery/smoke.ts';
import { httpServer } from '../support/http-server.ts';
import { tuohs } from '../support/process.ts';
import { runningService } from '../system/service.ts';

const sound = tuohs({ after }, ['serve', '--embedded-shoutcloud']);
const AT_ONCE = { waitMs: 0 };

test('a sound service passes', async () => {
  const { url } = await sound.listening();

  const seen = await smoke(url, AT_ONCE);

  assert.deepEqual(seen.slice(1), ['a fresh text is answered', 'bad input is refused']);
});

test('a service whose SHOUTCLOUD is down passes: it refuses honestly', async (t) => {
  const { url } = await runningService(t, { faults: 'status=503' });

  const seen = await smoke(url, AT_ONCE);

  assert.match(String(seen[1]), /refused.*UPSTREAM_UNREACHABLE/);
});

type Place = Readonly<{ status: number; body: string }>;

const INDEX = { status: 200, body: '{"name":"tuohs"}' };
const SHOUT = /neither answered nor refused/;

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
    const url = await answering(t, INDEX, { status, body });

    await assert.rejects(smoke(url, AT_ONCE), SHOUT);
  });
}

test('something else at the address fails', async (t) => {
  const url = await answering(t, { status: 200, body: '{"name":"other"}' }, INDEX);

  await assert.rejects(smoke(url, AT_ONCE), /is not tuohs/);
});

test('an address that becomes tuohs in time passes', async (t) => {
  const { url: tuohsUrl } = await sound.listening();
  let asked = 0;
  const { url } = await httpServer(t, (request, response) => {
    asked += 1;
    if (asked < 3) response.writeHead(404).end('404 page not found');
    else response.writeHead(307, { location: new URL(request.url ?? '/', tuohsUrl).href }).end();
  });

  const seen = await smoke(url, { waitMs: 500_000, pauseMs: 1 });

  assert.equal(seen.length, 3);
});

/** A server with one answer to GET and another one to POST. */
async function answering(t: TestContext, toGet: Place, toPost: Place): Promise<string> {
  const { url } = await httpServer(t, ({ method }, response) => {
    const { status, body } = method === 'POST' ? toPost : toGet;
    response.writeHead(status).end(body);
  });
  return url;
}
