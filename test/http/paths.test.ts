import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { listeningApi } from '../support/api.ts';
import { parsed } from '../support/raw-answer.ts';
import { exchanged, rawClient, requestOf } from '../support/raw-client.ts';
import { testWorld } from '../support/world.ts';

const ALL = 'GET, HEAD, POST';
const READ = 'GET, HEAD';

/** Request lines with a known path and a method that this path does not allow. */
const NOT_ALLOWED: Readonly<Record<string, string>> = {
  'POST /docs/x': READ,
  'POST /docs': READ,
  'POST /openapi.json': READ,
  'DELETE /docs/static/x/y': READ,
  'PATCH /assets/': READ,
  'POST /health?x=1': READ,
  'PUT /v%31': ALL,
  'PUT /v1/?data=hello': ALL,
  'PUT HTTP://host:5000/v1?data=hello': ALL,
  'DELETE http://host': ALL,
  'GET /v1/bulk': 'POST',
  'HEAD /v1/bul%6B': 'POST',
  'PROPFIND /': ALL,
  'TRACE /v1': ALL,
  'CONNECT x:443': '',
  'OPTIONS /health': READ,
};

for (const [line, allow] of Object.entries(NOT_ALLOWED)) {
  test(`${line} is not allowed, and Allow lists what is`, async (t) => {
    const { status, headers, body } = await answerTo(t, line, await listeningApi(t));

    assert.deepEqual([status, headers.get('allow')], [405, allow]);
    if (line.startsWith('HEAD')) return;
    const { code, detail } = JSON.parse(body);
    assert.equal(code, 'METHOD_NOT_ALLOWED');
    assert.match(detail, allow === '' ? /^No path / : /^Use [A-Z]/);
  });
}

test('OPTIONS * is answered, too', async (t) => {
  const { status } = await answerTo(t, 'OPTIONS *', await listeningApi(t));

  assert.ok(status === 404 || status === 405);
});

const LONG = 'a'.repeat(8000);

/** Request targets that no route has. */
const UNKNOWN = [
  ...[`/assets/${'a'.repeat(101)}/x`, `/assets/x/${LONG}`, `/assets/${'x/'.repeat(1000)}`, '/assets/x'],
  ...['/assets/x/constructor', '/assets/x/__proto__', '/assets/x/missing.js', '/assets/x/tsconfig.json'],
  ...['/assets/x/..%2Fpage.ts', '/assets//', '/assets/%', '/assets/%00/%00', '/assets/x/style.css/x'],
  ...[`/docs/${LONG}`, '/docs/__proto__', '/docs/..%2f..%2fpackage.json', '/docs/../v2', '/docs/%ff'],
  ...['/docs/static', '/docs/static/%00', `/${LONG}`, `/v1/${LONG}`, '/v1%00', '/v1;x', '/v1%2f'],
  ...['/v1%3Fdata=hello', '/v1\\', '/.', '//v1', '/%2e%2e/v1', '/*', '/docs/*/x', '/docsx'],
  ...['http://host/v2', 'http:///v1', 'http://user@host/v1', 'ftp://host/v1'],
];
for (const target of UNKNOWN) {
  test(`GET ${target.slice(0, 30)} is not found, and is not a failure of ours`, async (t) => {
    const world = testWorld();

    const { status, body } = await answerTo(t, `GET ${target}`, await listeningApi(t, { world }));

    assert.deepEqual([status, JSON.parse(body).code], [404, 'NOT_FOUND']);
    assert.deepEqual(world.emitted('failed'), []);
  });
}

for (const [target, expected] of [
  ...['http://host/v1', '/v%31', '/%76%31', 'https://host:1/v1/', '/v1?data=hello&x='].map(
    (path) => [path, /^{"data":"OLLEH"}$/] as const,
  ),
  ['http://host/docs/swagger%2Dui.css', /^\.swagger-ui/] as const,
]) {
  test(`${target} is another way to write a path that is there`, async (t) => {
    const { body } = await answerTo(t, `GET ${target}?data=hello`, await listeningApi(t));

    assert.match(body, expected);
  });
}

function answerTo(t: TestContext, line: string, port: number) {
  return exchanged(t, port, requestOf(line, { more: 'connection: close' }));
}

for (const [what, bytes, detail] of [
  [
    'a raw character in the address',
    'GET /v1?data=\xc3\xa9 HTTP/1.1\r\nhost: x\r\n\r\n',
    /a space as %20, and .+ as %C3%A9/,
  ],
  ['a space in the address', 'GET /v1?data=a b HTTP/1.1\r\nhost: x\r\n\r\n', /a space as %20/],
  ['an address without a slash', requestOf('GET v1?data=a'), /begin it with a slash/],
  ['a method that no one knows', requestOf('FOO /v1'), /send GET or POST/],
  ['a method in small letters', requestOf('post /v1'), /in capitals/],
  ['the hello of TLS', '\x16\x03\x01\x00\xf8\x01\x00\x00\xf4\x03\x03', /without TLS/],
  [
    'JSON under the content type of curl -d',
    requestOf('POST /v1', { type: 'application/x-www-form-urlencoded', body: '{"data": "hello"}' }),
    /was read as a form.*set Content-Type to application\/json/,
  ],
  ['escaped bytes that are not UTF-8', requestOf('GET /v1?data=%E9'), /send .+ as %C3%A9/],
  ['other bytes', 'GET /v1 HTTP/1.1\r\nhost : x\r\n\r\n', /not valid HTTP/],
  ['no JSON at all', requestOf('POST /v1', { type: 'application/json' }), /^The body is empty; send/],
  ['half of a request', 'GET /v1?data=hello HTTP/1.1\r\nhost', /ended before it was whole/],
  [
    'a long content type',
    requestOf('POST /v1', { type: `text/${'x'.repeat(41)}`, body: 'a' }),
    /is not a known one; send/,
  ],
  ['a malformed content type', requestOf('POST /v1', { type: ';;;', body: 'a' }), /is not a known one; send/],
] as const) {
  test(`the refusal of ${what} says what to send`, async (t) => {
    const client = await rawClient(t, await listeningApi(t));

    client.socket.end(bytes, 'latin1');
    const { status, body } = parsed(await client.heard('requestId'));

    assert.equal(status, 400);
    assert.match(JSON.parse(body).detail, detail);
  });
}
