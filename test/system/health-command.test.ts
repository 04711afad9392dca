import assert from 'node:assert/strict';
import type { RequestListener } from 'node:http';
import { test } from 'node:test';
import { closedUrl, httpServer } from '../support/http-server.ts';
import { ended, tuohs } from '../support/process.ts';
import { runningService } from './service.ts';

test('a service that is well is one line and 0, and its address needs no scheme', async (t) => {
  const { url } = await runningService(t);

  const { code, stdout } = await ended(tuohs(t, ['health', '--url', new URL(url).host]));

  assert.equal(code, 0);
  assert.match(stdout, new RegExp(`^${url} is well \\(\\d+ ms\\)$`));
});

const PROBLEM = '{"error":"Failed to contact shoutcloud api","code":"UPSTREAM_UNREACHABLE"}';
const ELSEWHERE = { location: 'https://other.example/health' };

/** What answers at the address, with which arguments it is asked, and the reason that is then told. */
const NOT_WELL: Readonly<Record<string, readonly [RequestListener, line: string, RegExp]>> = {
  'a service that is not well': [
    says(503, {}, PROBLEM),
    '',
    /is not well: Failed to contact shoutcloud api \(UPSTREAM_UNREACHABLE\)$/,
  ],
  'another server': [
    says(200, {}, '<html>'),
    '',
    /is not well: the answer is not that of tuohs \(BAD_ANSWER\)$/,
  ],
  'a redirect': [
    says(308, ELSEWHERE),
    '',
    /answers 308 to https:\/\/other\.example: use that address \(BAD_ANSWER\)$/,
  ],
  'an answer without end': [endless, '', /the answer has more than 65536 bytes \(BAD_ANSWER\)$/],
  'a server that does not answer': [() => {}, '--timeout 50ms', /no answer within 50 ms \(TIMEOUT\)$/],
  'another server that is asked whether it is ready': [
    says(200, {}, '<html>ready</html>'),
    '--ready',
    /is not ready: the answer is not that of tuohs \(BAD_ANSWER\)$/,
  ],
  'a connection that ends within the answer to whether it is ready': [
    cutOff,
    '--ready',
    /is not ready: no answer from http:\S+ \(UND_ERR_SOCKET\) \(NETWORK\)$/,
  ],
  'a redirect that is asked whether it is ready': [
    says(301, ELSEWHERE),
    '--ready',
    /answers 301 to https:\/\/other\./,
  ],
};
for (const [what, [listener, line, reason]] of Object.entries(NOT_WELL)) {
  test(`${what} is 1 and the reason`, async (t) => {
    const { url } = await httpServer(t, listener);

    const { code, stdout, stderr } = await ended(
      tuohs(t, ['health', '--url', url, ...line.split(' ').filter(Boolean)]),
    );

    assert.deepEqual([code, stdout], [1, '']);
    assert.match(stderr, /^tuohs: .*$/);
    assert.match(stderr, reason);
  });
}

for (const [args, reason] of [
  [['health'], /^tuohs: http:.* is not well: no answer from .*ECONNREFUSED.*NETWORK/],
  [['health', '--ready'], /^tuohs: http:.* is not ready: no answer from .*ECONNREFUSED.*NETWORK/],
] as const) {
  test(`${args.join(' ')} where nobody listens is 1 and the reason`, async (t) => {
    const { code, stderr } = await ended(tuohs(t, [...args, '--url', await closedUrl()]));

    assert.equal(code, 1);
    assert.match(stderr, reason);
  });
}

test('an interrupt ends the waiting with 130', async (t) => {
  const asked = Promise.withResolvers<void>();
  const { url } = await httpServer(t, () => asked.resolve());

  const program = tuohs(t, ['health', '--url', url, '--timeout', '60s']);
  await asked.promise;

  assert.equal(await program.stop('SIGINT'), 130);
});

test('without an address it asks the service that the settings would start', async (t) => {
  const { port } = new URL((await runningService(t)).url);

  for (const HOST of ['127.0.0.1', '0.0.0.0', '::', '']) {
    const { code, stderr } = await ended(tuohs(t, ['health'], { HOST, PORT: port }));

    assert.equal(code, 0, stderr);
  }
});

test('--ready asks the admin port, and SHOUTCLOUD nothing', async (t) => {
  const { adminUrl, shoutcloud } = await runningService(t);

  const { code, stdout } = await ended(
    tuohs(t, ['health', '--ready'], { ADMIN_PORT: new URL(adminUrl).port }),
  );

  assert.deepEqual([code, shoutcloud.calls], [0, 0]);
  assert.match(stdout, /^http:\/\/127\.0\.0\.1:\d+ is ready \(\d+ ms\)$/);
});

test('--ready is 1 while a process drains, though it still answers', async (t) => {
  const { service, url, adminUrl } = await runningService(t, {}, { DRAIN_MS: '15000' });
  service.kill('SIGTERM');
  await service.logLine('draining');

  const ready = await ended(tuohs(t, ['health', '--ready', '--url', adminUrl]));
  const well = await ended(tuohs(t, ['health', '--url', url]));

  assert.deepEqual([ready.code, well.code], [1, 0]);
  assert.match(ready.stderr, /^tuohs: http:.* is not ready: the answer has status 503, /);
});

function says(status: number, headers: Record<string, string>, body = ''): RequestListener {
  return (_request, response) => void response.writeHead(status, headers).end(body);
}

function cutOff(...[, response]: Parameters<RequestListener>): void {
  response.writeHead(200, { 'content-length': '5' }).flushHeaders();
  response.socket?.end();
}

function endless(...[, response]: Parameters<RequestListener>): void {
  const more = () => !response.destroyed && response.write(Buffer.alloc(65_536, 'success\n'), more);
  more();
}
